"""The guide at the village's desk: see `kiosk.web.telling`."""

from kiosk.web import telling
from kiosk.web.office.door import blueprint

telling.install(blueprint)
