"""What the package `common` beside DeepStream's sample programs gives to them."""
