"""The guide at the township's desk: see `kiosk.web.telling`."""

from kiosk.web import telling
from kiosk.web.township.door import blueprint

telling.install(blueprint)
