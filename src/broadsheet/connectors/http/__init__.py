"""The one polite client: all that this program asks of the network goes through here.

    address   which URLs and which addresses may be asked (pure)
    network   resolves a name, checks every address, connects to the very one that it checked
    exchange  one request and its bounded answer
    retry     how long a server asks to be left alone (pure)
    verdict   what an answer means for the host (pure)
    outcome   what came of a request, noted in the turn that it counts for
    state     what is remembered of a host between requests
    folder    the locks and states of all hosts, and which are forgotten
    budget    each host's turn, shared by all processes of a library
    client    puts them together and follows redirects

Nothing that costs time to import is imported before the first request.
"""

from __future__ import annotations

from broadsheet.connectors.http.client import HttpClient

__all__ = ["HttpClient"]
