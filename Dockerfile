# The digest counts, the tag says what it is: Python 3.11.16 for all platforms, as of September 2026. A newer one, for both
# stages: docker buildx imagetools inspect python:3.11-slim-bookworm
FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS builder

WORKDIR /build
RUN python -m venv /venv
ENV PATH="/venv/bin:$PATH"

COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY pyproject.toml setup.py README.md LICENSE ./
COPY source_pinterest ./source_pinterest
# The locked setuptools builds the package, so that nothing without a hash is fetched.
RUN pip install --no-cache-dir --no-deps --no-build-isolation .


FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b

LABEL io.airbyte.name=airbyte/source-pinterest \
      io.airbyte.version=3.0.0

RUN useradd --uid 1000 --create-home --shell /usr/sbin/nologin airbyte

COPY --from=builder /venv /venv
COPY main.py LICENSE THIRD-PARTY-NOTICES /airbyte/integration_code/

WORKDIR /airbyte/integration_code
USER 1000

ENV PATH="/venv/bin:$PATH" \
    AIRBYTE_ENTRYPOINT="python /airbyte/integration_code/main.py"
# An exec form: Python is process 1 and receives the SIGTERM that ends a sync.
ENTRYPOINT ["python", "/airbyte/integration_code/main.py"]
