# The tag names a Python line; pin it by digest where images must be reproducible to the byte.
FROM python:3.11-slim-bookworm AS builder

WORKDIR /build
RUN python -m venv /venv
ENV PATH="/venv/bin:$PATH"

COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY pyproject.toml setup.py README.md LICENSE ./
COPY source_pinterest ./source_pinterest
# The locked setuptools builds the package, so that nothing without a hash is fetched.
RUN pip install --no-cache-dir --no-deps --no-build-isolation .


FROM python:3.11-slim-bookworm

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
