"""Site profiles: what is peculiar to a site, as data. One TOML file a site, in this folder or anywhere else."""

from slqncy.sites.address import NO_SECTION, Address, StoryAddress
from slqncy.sites.profile import Gate, Site, SiteError, load_site, site_names

__all__ = ["NO_SECTION", "Address", "Gate", "Site", "SiteError", "StoryAddress", "load_site", "site_names"]
