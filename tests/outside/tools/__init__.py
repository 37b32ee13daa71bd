"""What other tools document, one file a tool."""

from tests.outside.tools.cfm_tips import CFM_TIPS
from tests.outside.tools.cloud_custodian import CLOUD_CUSTODIAN
from tests.outside.tools.cloudburn import CLOUDBURN
from tests.outside.tools.finala import FINALA
from tests.outside.tools.flexera import FLEXERA
from tests.outside.tools.flowpipe_thrifty import FLOWPIPE_THRIFTY
from tests.outside.tools.optscale import OPTSCALE
from tests.outside.tools.prowler import PROWLER
from tests.outside.tools.thrifty import THRIFTY

TOOLS = (THRIFTY, CLOUDBURN, FLEXERA, CFM_TIPS, FLOWPIPE_THRIFTY, FINALA, CLOUD_CUSTODIAN, OPTSCALE, PROWLER)
