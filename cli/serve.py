"""`footnote serve`: the page and the API in one process."""

import click

from cli.opening import parts, port_option


@click.command("serve")
@port_option
def command(port: int) -> None:
    """Serve the page, the API, /healthz and /readyz on loopback."""
    from app.channels.server import serve

    with parts(lasting=True) as opened:
        serve(opened, port)
