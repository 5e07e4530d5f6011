"""Site profiles: what is peculiar to a site, as data. One TOML file a site, in this folder or anywhere else."""

from slqncy.sites.address import Address, StoryAddress
from slqncy.sites.profile import Gate, Site, SiteError, load_site, site_names

__all__ = ["Address", "Gate", "Site", "SiteError", "StoryAddress", "load_site", "site_names"]
