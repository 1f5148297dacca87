"""What a WSGI server serves: `gunicorn --config python:fikoadmin.serve wsgi:app`."""

from fikoadmin import create_app

app = create_app()
