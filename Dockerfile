# One image for web, worker, beat and migrate; docker-compose.yml says which is which.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    VAR_DIR=/var/lib/loyalty \
    STATIC_ROOT=/app/static

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin loyalty \
    && install --directory --owner=loyalty /var/lib/loyalty

WORKDIR /app

# First what changes least, so that a new release installs nothing again.
COPY requirements/run.txt requirements/run.txt
RUN pip install --require-hashes --requirement requirements/run.txt

COPY . .
RUN pybabel --quiet compile --domain django --directory locale \
    && python manage.py collectstatic --no-input --verbosity 0

USER loyalty
EXPOSE 8000

CMD ["gunicorn", "loyalty.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", \
     "--threads", "4", "--timeout", "30", "--graceful-timeout", "30"]
