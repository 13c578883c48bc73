"""Who sells and parks domains: hosts, compared label by label.

From public descriptions of parking services (Vissers et al., NDSS 2015, and lists that link checkers keep).
"""

__all__ = ["SELLERS"]

SELLERS = frozenset(
    (
        "above.com",
        "afternic.com",
        "atom.com",
        "bodis.com",
        "brandbucket.com",
        "buydomains.com",
        "cashparking.com",
        "dan.com",
        "domain-for-sale.com",
        "domainmarket.com",
        "domainnamesales.com",
        "dynadot.com",
        "efty.com",
        "epik.com",
        "flippa.com",
        "forsale.godaddy.com",
        "fabulous.com",
        "hugedomains.com",
        "parkingcrew.com",
        "parkingcrew.net",
        "parklogic.com",
        "sedo.com",
        "sedoparking.com",
        "skenzo.com",
        "smartname.com",
        "squadhelp.com",
        "uniregistry.com",
        "voodoo.com",
    )
)
