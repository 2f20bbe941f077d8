"""The first sessions of a server import what pages need side by side."""

import subprocess
import sys


def test_what_plotly_looks_up_unlocked_is_imported_before_any_chart_is_drawn():
    """It takes numpy, pandas and PIL.Image from sys.modules as they are, also half imported by another session."""
    looked_up = "numpy", "pandas", "PIL.Image"
    code = f"import app.shared.theme, sys; print([name for name in {looked_up} if name not in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]"), done.stdout
