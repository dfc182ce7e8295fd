# One image for every command of Touchstream: worker, migrate, simulate, ingest, doctor.
FROM python:3.11-slim-bookworm AS build
# The rules are compiled, and the compiler stays here: docs/decisions/0055-rules-may-be-compiled.md. Any C compiler will do.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
ENV TOUCHSTREAM_COMPILE=1
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE constraints.txt touchpoints.yaml ./
COPY schemas schemas
COPY sinks sinks
COPY streams streams
COPY dashboards dashboards
COPY touchstream touchstream
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/touchstream \
    && /opt/touchstream/bin/pip install --no-cache-dir --constraint constraints.txt /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/touchstream --create-home touchstream
COPY --from=build /opt/touchstream /opt/touchstream
COPY touchpoints.yaml /etc/touchstream/touchpoints.yaml
ENV PATH="/opt/touchstream/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TOUCHSTREAM_CATALOGUE=/etc/touchstream/touchpoints.yaml \
    TOUCHSTREAM_STATE_DIR=/var/lib/touchstream/state \
    TOUCHSTREAM_METRICS_PORT=9180
USER 10001
WORKDIR /var/lib/touchstream
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9180/live', timeout=4)"]
ENTRYPOINT ["touchstream"]
CMD ["worker"]
