"""Where the LLM runs and in which number format: detected, not assumed."""

from __future__ import annotations

from pathlib import Path

import torch

_CPU_FLAGS = Path("/proc/cpuinfo")
_NATIVE_BFLOAT16 = ("amx_bf16", "avx512_bf16")


def pick_device() -> torch.device:
    """CUDA, else Apple's MPS, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def compute_dtype(setting: str, device: torch.device) -> torch.dtype:
    """The dtype that ``CEXConfig.dtype`` means on ``device``.

    ``auto`` is bfloat16 where the hardware computes in it natively (AMX or AVX512-BF16 on a processor, Ampere or later
    on CUDA) and float32 elsewhere: emulated bfloat16 is slower than float32.
    """
    if setting != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[setting]
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = device.type == "cpu" and cpu_has_bfloat16()
    return torch.bfloat16 if native else torch.float32


def cpu_has_bfloat16() -> bool:
    """Whether the kernel lists a bfloat16 instruction set; False where it cannot be asked (not Linux)."""
    if not _CPU_FLAGS.exists():
        return False
    with _CPU_FLAGS.open(encoding="utf-8") as lines:
        flags = next((line for line in lines if line.startswith("flags")), "")
    return any(name in flags.split() for name in _NATIVE_BFLOAT16)
