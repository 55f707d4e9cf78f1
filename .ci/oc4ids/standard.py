"""The parts of OC4IDS 0.9.5 that our export uses, transcribed from its reference.

The standard's checker fetches the schema and codelists from its site. Offline runs get this transcription from the
loopback interface instead. It contains only the fields we use, so others are reported as unknown; types, formats,
required fields, closed codelists and non-empty rules are those of the standard.
"""

import json

TEXT = {"type": "string", "minLength": 1}
DATE = {"type": "string", "format": "date-time"}
NUMBER = {"type": "number"}

# Codelists: (codes, whether publishers may add codes).
CODELISTS = {
    "projectStatus": ("identification preparation implementation completion maintenance decommissioning completed "
                      "decommissioned cancelled", False),
    "projectType": ("construction rehabilitation replacement expansion decommissioning", False),
    "projectSector": ("education health energy energy.solar energy.wind energy.hydropower energy.biomass "
                      "energy.geothermal communications waterAndWaste governance economy cultureSportsAndRecreation "
                      "transport transport.air transport.water transport.rail transport.road transport.urban "
                      "transport.lowCarbon socialHousing naturalResources naturalResources.floodProtection", True),
    "partyRole": ("buyer procuringEntity supplier tenderer funder enquirer payer payee reviewBody publicAuthority "
                  "administrativeEntity climateFinanceFocalPoint independentMonitor", True),
    "milestoneType": ("preProcurement approval engagement assessment delivery reporting financing payment "
                      "procurement contractClose", True),
    "milestoneStatus": ("scheduled met notMet partiallyMet", False),
    "metricID": ("financialProgress physicalProgress", True),
    "unitClassificationScheme": ("UNCEFACT QUDT", True),
    "locationGazetteers": ("NUTS ISO2 GEONAMES OSMN OSMR OSMW WDPA", True),
    "geometryType": ("Point MultiPoint LineString MultiLineString Polygon MultiPolygon", False),
    "classificationScheme": ("sdg sdgTarget", True),
    "currency": ("CNY USD EUR GBP JPY", False),
}


def code(name, **more):
    codes, is_open = CODELISTS[name]
    enum = {} if is_open else {"enum": codes.split()}
    return {**TEXT, "codelist": f"{name}.csv", "openCodelist": is_open, **enum, **more}


def codes(name):
    return {"type": "array", "items": TEXT, "codelist": f"{name}.csv", "openCodelist": CODELISTS[name][1],
            "uniqueItems": True, "minItems": 1}


def object_of(required="", **properties):
    schema = {"type": "object", "properties": properties, "minProperties": 1}
    return {**schema, "required": required.split()} if required else schema


def list_of(item):
    return {"type": "array", "items": item, "uniqueItems": True, "minItems": 1}


PERIOD = object_of(startDate=DATE, endDate=DATE, maxExtentDate=DATE, durationInDays={"type": "integer"})
VALUE = object_of(amount=NUMBER, currency=code("currency"))
REFERENCE = object_of(id=TEXT, name=TEXT)
UNIT = object_of(name=TEXT, scheme=code("unitClassificationScheme"), id=TEXT)
OBSERVATION = object_of("id", id=TEXT, period=PERIOD, value=VALUE, unit=UNIT, notes=TEXT,
                        measure={"type": ["string", "number"], "minLength": 1})
METRIC = object_of("id", id=code("metricID"), title=TEXT, description=TEXT, observations=list_of(OBSERVATION))
LOCATION = object_of(
    "id", id=TEXT, description=TEXT,
    geometry=object_of(type=code("geometryType"), coordinates={
        "type": "array", "minItems": 1, "items": {"type": ["number", "array"], "minItems": 1}}),
    gazetteer=object_of(scheme=code("locationGazetteers"), identifiers=list_of(TEXT)),
    address=object_of(streetAddress=TEXT, locality=TEXT, region=TEXT, countryName=TEXT))
BREAKDOWN = object_of("id", id=TEXT, description=TEXT, amount=VALUE, period=PERIOD, sourceParty=REFERENCE)
PROJECT = object_of(
    "id", id=TEXT, identifiers=list_of(object_of("id", id=TEXT, scheme=TEXT)), updated=DATE, language=TEXT, title=TEXT,
    description=TEXT, status=code("projectStatus"), period=PERIOD, implementationPeriod=PERIOD,
    maintenancePeriod=PERIOD, sector=codes("projectSector"), type=code("projectType"),
    additionalClassifications=list_of(object_of(scheme=code("classificationScheme"), id=TEXT, description=TEXT)),
    locations=list_of(LOCATION),
    budget=object_of(amount=VALUE, budgetBreakdowns=list_of(object_of(
        "id", id=TEXT, description={"type": "string"}, budgetBreakdown=list_of(BREAKDOWN)))),
    forecasts=list_of(METRIC), metrics=list_of(METRIC),
    milestones=list_of(object_of("id", id=TEXT, title=TEXT, type=code("milestoneType"), description=TEXT, code=TEXT,
                                 dueDate=DATE, dateMet=DATE, status=code("milestoneStatus"))),
    parties=list_of(object_of(name=TEXT, id=TEXT, roles=codes("partyRole"),
                              identifier=object_of(scheme=TEXT, id=TEXT, legalName=TEXT))),
    publicAuthority=REFERENCE, completion=object_of(endDate=DATE))
PROJECT["$schema"] = "http://json-schema.org/draft-04/schema#"
PACKAGE = object_of(
    "uri publisher publishedDate projects version", uri={"type": "string", "format": "uri"}, publishedDate=DATE,
    version={"type": "string", "pattern": r"^(\d+\.)(\d+)$"}, license={"type": ["string", "null"], "format": "uri"},
    publisher={**object_of("name", name=TEXT)},
    projects={"type": "array", "minItems": 1, "uniqueItems": True, "items": {"$ref": "project-schema.json"}})
PACKAGE["$schema"] = PROJECT["$schema"]


PUBLISHED = "https://standard.open-contracting.org/infrastructure/schema/0__9__5/"


def published(folder, host):
    """The published schema and codelists in a folder, as the checker requests them from a host, by path."""
    found = {path.name: path.read_text() for path in folder.glob("codelists/*.csv")}
    for name in ("project-package-schema.json", "project-schema.json"):
        found[name] = (folder / name).read_text().replace(PUBLISHED, host)
    return found


def files(host):
    """Files the checker requests from a host, by path."""
    package = json.dumps(PACKAGE).replace('"project-schema.json"', f'"{host}project-schema.json"')
    found = {"project-package-schema.json": package, "project-schema.json": json.dumps(PROJECT)}
    for name, (all_codes, _) in CODELISTS.items():
        found[f"{name}.csv"] = "Code,Title\n" + "".join(f"{one},{one}\n" for one in all_codes.split())
    return found
