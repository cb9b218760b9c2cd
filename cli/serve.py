"""`footnote serve`: the page and the API in one process."""

import click

from cli.opening import parent_option, parts, port_option
from cli.switching import until_switched


@click.command("serve")
@port_option
@parent_option
def command(port: int) -> None:
    """Serve the page, the API, /healthz and /readyz on loopback."""
    from app.channels.server import serve

    with parts(lasting=True) as opened, until_switched(opened.catalog):
        opened.start_chroma()
        serve(opened, port)
