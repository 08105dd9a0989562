"""The run-time interface of a machine without a device."""

from ._no_device import answers
from ._results import cudaDeviceAttr as cudaDeviceAttr
from ._results import cudaDeviceProp as cudaDeviceProp
from ._results import cudaError_t as cudaError_t
from ._results import cudaMemcpyKind as cudaMemcpyKind

# Every function that programs call to find out about devices, and its results besides the status.
globals().update(
    answers(
        cudaError_t.cudaErrorNoDevice,
        {
            "cudaGetDeviceCount": (0,),
            "cudaGetDevice": (0,),
            "cudaSetDevice": (),
            "cudaGetDeviceProperties": (cudaDeviceProp(),),
            "cudaDeviceGetAttribute": (0,),
            "cudaDeviceSynchronize": (),
            "cudaDeviceReset": (),
            "cudaDriverGetVersion": (0,),
            "cudaRuntimeGetVersion": (0,),
            "cudaGetLastError": (),
            "cudaMemGetInfo": (0, 0),
            "cudaMalloc": (0,),
            "cudaMallocManaged": (0,),
            "cudaMallocHost": (0,),
            "cudaHostAlloc": (0,),
            "cudaFree": (),
            "cudaFreeHost": (),
            "cudaMemcpy": (),
            "cudaMemcpy2D": (),
            "cudaMemcpyAsync": (),
            "cudaMemset": (),
            "cudaStreamCreate": (0,),
            "cudaStreamSynchronize": (),
            "cudaStreamDestroy": (),
        },
    )
)


def cudaGetErrorName(error: int) -> "tuple[cudaError_t, bytes]":
    return cudaError_t.cudaSuccess, cudaError_t(error).name.encode()


def cudaGetErrorString(error: int) -> "tuple[cudaError_t, bytes]":
    return cudaError_t.cudaSuccess, cudaError_t(error).name.encode()


def __getattr__(name: str) -> object:
    from ._no_device import missing

    return missing(__name__, name, "cuda")
