"""The product that chooses who may be among the best: near enough, and by one thread."""

import os
import subprocess
import sys

import numpy as np
import pytest

from learn.retrieval.scores import products, rounding_bound

ASKED = """
import os
import numpy as np, psutil
from learn.retrieval.scores import products
rng = np.random.default_rng(0)
vectors, query = rng.normal(size=(17_395, 65)).astype(np.float32), rng.normal(size=65).astype(np.float32)
def others():
    threads = psutil.Process().threads()
    return sum(one.user_time + one.system_time for one in threads if one.id != os.getpid())
before = others()
for _ in range(400):
    products(vectors, query)
print(others() - before)
"""


@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (3, 9300), (150, 65), (300, 65), (9216, 1), (9217, 2), (2000, 449)])
def test_it_is_as_near_as_any_product(shape):
    rng = np.random.default_rng(0)
    vectors, query = rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[1]).astype(np.float32)
    found = products(vectors, query)
    assert found.dtype == np.float32 and found.shape == (shape[0],)
    error = np.abs(found - vectors.astype(float) @ query.astype(float))
    assert (error <= (rounding_bound(query[None], vectors)[0] if len(vectors) else 0)).all()


@pytest.mark.skipif(sys.platform != "linux", reason="threads are told apart by their number, which Linux gives")
def test_no_other_thread_works_for_a_small_catalogue():
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    asked = subprocess.run([sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=True)
    assert float(asked.stdout) <= 0.02  # shared out, the other thread works, or waits working, for most of the time
