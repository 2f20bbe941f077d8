from __future__ import annotations

import pytest
import torch

from learn.cex import devices


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu amx_bf16 sse", torch.bfloat16), ("fpu avx512_bf16", torch.bfloat16), ("fpu avx512f avx2", torch.float32)],
)
def test_auto_is_bfloat16_only_where_the_processor_has_it(tmp_path, monkeypatch, flags, expected):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"model name : any\nflags\t\t: {flags}\n")
    monkeypatch.setattr(devices, "_CPU_FLAGS", cpuinfo)
    assert devices.compute_dtype("auto", torch.device("cpu")) is expected
    assert devices.compute_dtype("float32", torch.device("cpu")) is torch.float32


def test_without_cpuinfo_auto_is_float32(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "_CPU_FLAGS", tmp_path / "absent")
    assert devices.compute_dtype("auto", torch.device("cpu")) is torch.float32
