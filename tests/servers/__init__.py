"""Real servers for the tests: PostgreSQL, Redis, a Celery worker, Chromium."""
