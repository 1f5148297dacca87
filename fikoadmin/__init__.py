"""Fiko Admin: decide with workflows when an AI answers a customer, and when people do."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import ai, api, live, log, matching, mirror, models, redis_client, web
from .config import ROOT, Config
from .extensions import READING, babel, csrf, db, let_go, limiter, login_manager, migrate
from .outbound import Mail, Outbound
from .services import answers

__all__ = ["create_app", "models"]


def create_app(config: Config | None = None) -> Flask:
    """The app with those settings, by default the environment's; raises ConfigError for a wrong one.

    It starts no thread and opens no connection: a process that serves or works does that after its last fork.
    """
    config = config or Config.from_environment()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(config.instance),
    )
    app.config.from_mapping(_flask_settings(config))
    app.extensions["config"] = config
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count, count)  # type: ignore[method-assign]
    db.init_app(app)
    app.teardown_appcontext(let_go)  # before the library's own end of the session: the last one added is the first
    migrate.init_app(app, db, str(ROOT / "migrations"), compare_type=True, include_name=_is_modelled)
    csrf.init_app(app)
    login_manager.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=web.reader_locale, default_translation_directories="translations")
    for part in (mirror, live, log, matching, web, api):
        part.init_app(app)
    app.extensions["outbound"] = outbound = Outbound(config.outbound_allow)
    app.extensions["mail"] = Mail(config.smtp_url) if config.smtp_url else None
    app.extensions["responder"] = ai.choose(
        config.ai_base_url, config.ai_api_key, config.ai_model, answers.knowledge, outbound
    )
    return app


def _is_modelled(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the models know it: what serves full-text search differs from database to database."""
    return not (name or "").startswith("search_")


def _flask_settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config),
        "MAX_CONTENT_LENGTH": 3 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 3 * 1024 * 1024,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "SESSION_COOKIE_NAME": "fiko_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": bool(config.trusted_proxies),
        "WTF_CSRF_TIME_LIMIT": None,  # a page may stay open all day; the token lives as long as the session
        "BABEL_DEFAULT_LOCALE": config.locale,
        "BABEL_DEFAULT_TIMEZONE": config.timezone.key,
        "RATELIMIT_STORAGE_URI": config.redis_url or "memory://",
        # Without its time-outs a frozen Redis would hold up every page.
        "RATELIMIT_STORAGE_OPTIONS": redis_client.options() if config.redis_url else {},
        "RATELIMIT_SWALLOW_ERRORS": True,  # Redis away must not lock operators out
        "RATELIMIT_ENABLED": True,
    }


def _engine_options(config: Config) -> dict[str, object]:
    # hide_parameters: an error's text must never carry a customer's words into the log.
    options: dict[str, object] = {"hide_parameters": True, "pool_size": 40, "max_overflow": 40}
    return options if config.embedded else options | READING
