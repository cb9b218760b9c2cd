# One image, several commands: `up` (default), `serve`, `worker`, `slack`, `ingest`, `ask` ...
# Built with EXTRAS=models it also carries torch (CPU) and sentence-transformers.
FROM python:3.11-slim-bookworm AS build
ARG EXTRAS=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/footnote
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md LICENSE streamlit_app.py ./
COPY app app
COPY cli cli
COPY evals evals
COPY ingestion ingestion
COPY models models
COPY prompts prompts
# PyTorch's CPU index: the plain wheel would bring gigabytes of CUDA.
RUN /opt/venv/bin/pip install --constraint constraints.txt \
      --extra-index-url https://download.pytorch.org/whl/cpu \
      --editable ".${EXTRAS:+[$EXTRAS]}"

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --uid 10001 footnote \
 && mkdir -p /data /knowledge && chown footnote:footnote /data /knowledge
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/footnote /opt/footnote
COPY sample /opt/footnote/sample
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 FOOTNOTE_DATA=/data
WORKDIR /opt/footnote
USER footnote
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
ENTRYPOINT ["footnote"]
CMD ["up", "--port", "8501", "--knowledge", "/knowledge"]
