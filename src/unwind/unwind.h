#pragma once

/// Makes every loaded library unwind C++ exceptions with the same library.
///
/// libgcc and libunwind define the same functions, `_Unwind_RaiseException` and others, and cannot
/// continue each other's work: the first exception that meets both ends the process. Debian's
/// GStreamer is linked with libunwind, and PyGObject makes that visible to all libraries that are
/// loaded later, while those that are there already (NumPy's, and so the C++ library) have bound to
/// libgcc. This binds them again, to what later ones will get.
///
/// Call it while no exception is under way; `thalweg.plugins` does, on import.
/// @return the number of references that were changed, 0 where all agree.
extern "C" int thalweg_agree_on_unwinder();
