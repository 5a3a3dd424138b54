"""Errors in plain Chinese: what happened and what to do, once, at the door."""

import logging

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from kiosk.journal.log import StreamStopped

WORDS = {
    400: ("这个请求看不懂", "请返回上一页，检查后再试一次。"),
    403: ("您没有权限打开这个页面", "请用有权限的账号登录。"),
    404: ("没有找到这个页面", "它可能已经撤下，或者地址不完整。请回首页查找。"),
    405: ("这个地址不能这样打开", "请返回首页。"),
    410: ("内容已依法删除", "这里原来有一条内容，已经按规定删除。"),
    413: ("文件太大", "请换一个小一点的文件（照片 20 MB 以内，表格 10 MB 以内）再传。"),
    429: ("操作太快了", "请过一分钟再试。您写的内容可以先复制下来。"),
    500: ("系统出错了", "刚才的操作没有完成，已经保存的内容不会丢。请稍后再试，或联系乡镇。"),
}

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StreamStopped, _stopped)
    app.register_error_handler(Exception, _unexpected)


def page(code: int, title: str, advice: str) -> Response:
    if request.path.startswith(("/sync/", "/streams/", "/api/")) or request.is_json:
        return Response(f"{title}。{advice}\n", status=code, mimetype="text/plain")
    html = render_template("parts/error.html", code=code, title=title, advice=advice)
    return Response(html, status=code)


def _http(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    title, advice = WORDS.get(error.code, WORDS[500 if error.code >= 500 else 400])
    answer = page(error.code, title, advice)
    if isinstance(error, MethodNotAllowed):
        answer.allow.update(error.valid_methods or ())
    return answer


def _stopped(error: StreamStopped) -> Response:
    # Drafts are on another stream: what was typed is kept.
    return page(409, "暂时不能发布", str(error))


def _csrf(error: CSRFError) -> Response:
    return page(400, "页面放得太久了", "为了安全，请返回上一页刷新后再提交一次。")


def _unexpected(error: Exception) -> Response:
    log.exception("while answering %s %s", request.method, request.path)
    return page(500, *WORDS[500])
