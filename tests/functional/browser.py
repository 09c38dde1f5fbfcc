"""Headless Chromium without a driver: a copy of the page gets a script, whose findings are read from what the browser dumps."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

#: A test's own script may run only in a copy without the page's rule against every script.
RULE = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
AXE = Path(__file__).parents[1] / ".packages" / "axe-core-4.14.1" / "axe.min.js"

_FRAME = """<!doctype html><title>frame</title><script>
addEventListener("message", event => {
  const out = document.createElement("pre");
  out.id = "found"; out.textContent = event.data; document.body.append(out);
});
</script><iframe src="NAME" style="width:WIDTHpx;height:HEIGHTpx;border:0"></iframe>"""
_TELL = """<script>addEventListener("load", async () => {
  const found = await (async () => { SCRIPT })();
  parent.postMessage(btoa(unescape(encodeURIComponent(JSON.stringify(found)))), "*");
});</script></body>"""


def chromium(folder, target, *flags):
    """Run the browser once, with a profile of its own."""
    program = shutil.which("chromium")
    assert program is not None, "install chromium: make test-system does"
    command = [
        program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--allow-file-access-from-files", "--virtual-time-budget=30000", f"--user-data-dir={folder / 'profile'}",
        *flags, target.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, encoding="utf-8").stdout


def asked(page, script, folder, *, width=1280, height=1600, style="", flags=(), change=lambda html: html):
    """What a script finds in a page, in a frame of a width: a browser's window is no narrower than 500 pixels.

    ``script`` is the body of an asynchronous function; what it returns is handed on as JSON.
    """
    html = RULE.sub("", change(page.read_text(encoding="utf-8")))
    html = html.replace("</head>", f"<style>{style}</style></head>")
    assert "</body>" in html
    html = html.replace("</body>", _TELL.replace("SCRIPT", script))
    copy = page.with_name("copy.html")
    copy.write_text(html, encoding="utf-8")
    frame = page.with_name("frame.html")
    words = {"NAME": copy.name, "WIDTH": str(width), "HEIGHT": str(height)}
    frame.write_text(re.sub("NAME|WIDTH|HEIGHT", lambda m: words[m[0]], _FRAME), encoding="utf-8")
    dump = chromium(folder, frame, f"--window-size={max(width, 500)},{height}", "--dump-dom", *flags)
    found = re.search(r'<pre id="found">(.*?)</pre>', dump)
    assert found is not None, "the script found nothing: it failed in the browser"
    return json.loads(base64.b64decode(found[1]).decode("utf-8"))
