"""The log-in, log-out and change of password that the officers' and the township's doors share.

A door adds three routes that call these views, and guards the rest with `guard.require`:

    @door.route("/login", methods=["GET", "POST"])
    def login():
        return login_view(("supervisor",), "township.home", title="乡镇监督平台")

Tries are limited by address here, and by account and address in `kiosk.people` (five failures).
"""

from collections.abc import Collection

from flask import flash, g, redirect, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from werkzeug.wrappers import Response

from kiosk import people
from kiosk.people.commands import PASSWORD_AT_LEAST, AccountRefused, LoginRefused
from kiosk.web import current_node, guard

TRIES = "15 per minute; 150 per hour"
"""Log-ins tried from one address; several officers may share the village's."""

Page = str | Response | tuple[str, int]


def login_view(roles: Collection[str], home_endpoint: str, *, title: str) -> Page:
    """Shows the log-in page of a door and logs in whoever has one of the roles.

    Leads to the page that was asked for (`?next=`), else to `home_endpoint`. `title` is the
    door's name. A refusal shows the page again with what to do (401; 429 over `TRIES`).
    """
    home = url_for(home_endpoint)
    if request.method == "GET":
        account = guard.signed_in()
        if account is not None and account.role in roles:
            return redirect(guard.next_page(home))
        return _login_page(title, "", "")
    name = request.form.get("name", "").strip()
    try:
        with guard.limiter.limit(TRIES):
            found = people.log_in(
                current_node().journal,
                name,
                request.form.get("password", ""),
                source=request.remote_addr or "",
            )
    except RateLimitExceeded:
        return _login_page(title, name, "试的次数太多了，请过一分钟再试。"), 429
    except LoginRefused as refused:
        return _login_page(title, name, str(refused)), 401
    if found.role not in roles:
        return _login_page(title, name, "这个账号不能进入这里，请用有权限的账号。"), 401
    guard.sign_in(found)
    return redirect(guard.next_page(home))


def logout_view(login_endpoint: str) -> Response:
    """Ends the session (POST only, so that no link or picture can log anybody out)."""
    guard.sign_out()
    return redirect(url_for(login_endpoint))


def password_view(home_endpoint: str, *, title: str) -> Page:
    """Changes the password of the signed-in account (`g.account`), whose session goes on; the
    door's home says so by a flashed message of the category "good"."""
    fault = ""
    if request.method == "POST":
        old, new = request.form.get("old", ""), request.form.get("new", "")
        if new != request.form.get("again", ""):
            fault = "两次输入的新密码不一样，请重新输入。"
        else:
            journal = current_node().journal
            try:
                with guard.limiter.limit(TRIES):
                    people.change_password(
                        journal, g.account.name, old, new, source=request.remote_addr or ""
                    )
            except RateLimitExceeded:
                fault = "试的次数太多了，请过一分钟再试。"
            except (LoginRefused, AccountRefused) as refused:
                fault = str(refused).replace("账号或密码不对", "旧密码不对")
            else:
                changed = people.account(journal, g.account.name)
                assert changed is not None
                guard.sign_in(changed)
                flash("密码已修改。", "good")
                return redirect(url_for(home_endpoint))
    page = render_template(
        "parts/password.html",
        title=title,
        fault=fault,
        home=url_for(home_endpoint),
        at_least=PASSWORD_AT_LEAST,
    )
    return (page, 400) if fault else page


def _login_page(title: str, name: str, fault: str) -> str:
    node = current_node()
    return render_template(
        "parts/login.html", title=title, name=name, fault=fault, node_name=node.config.name
    )
