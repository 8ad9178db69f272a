# One image for web, worker and migrations. It is built by the same make target that a checkout uses.
FROM python:3.11 AS build
WORKDIR /app
COPY Makefile requirements.lock ./
RUN make .venv/.packages
COPY . .
RUN make install

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home supportbot
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SUPPORTBOT_BIND=0.0.0.0:8000 \
    SUPPORTBOT_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["supportbot"]
CMD ["serve"]
