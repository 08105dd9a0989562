"""The driver interface of a machine without a device."""

from ._no_device import answers
from ._results import CUdevice_attribute as CUdevice_attribute
from ._results import CUresult as CUresult

# Every function that programs call to find out about devices, and its results besides the status.
globals().update(
    answers(
        CUresult.CUDA_ERROR_NO_DEVICE,
        {
            "cuInit": (),
            "cuDeviceGetCount": (0,),
            "cuDriverGetVersion": (0,),
            "cuDeviceGet": (0,),
            "cuDeviceGetName": (b"",),
            "cuDeviceGetAttribute": (0,),
            "cuDeviceTotalMem": (0,),
            "cuDeviceComputeCapability": (0, 0),
            "cuDevicePrimaryCtxRetain": (None,),
            "cuCtxCreate": (None,),
            "cuCtxGetCurrent": (None,),
            "cuCtxSetCurrent": (),
            "cuCtxSynchronize": (),
            "cuMemAlloc": (0,),
            "cuMemFree": (),
            "cuMemGetInfo": (0, 0),
            "cuStreamCreate": (0,),
            "cuStreamSynchronize": (),
            "cuStreamDestroy": (),
        },
    )
)


def cuGetErrorName(error: int) -> "tuple[CUresult, bytes]":
    return CUresult.CUDA_SUCCESS, CUresult(error).name.encode()


def cuGetErrorString(error: int) -> "tuple[CUresult, bytes]":
    return CUresult.CUDA_SUCCESS, CUresult(error).name.encode()


def __getattr__(name: str) -> object:
    from ._no_device import missing

    return missing(__name__, name, "cu")
