"""The rivals in the benchmark: hand-written SQL, Declare4Py and r4pm, over one log with the same duties.

    problem = ensure_environment(print)
    write_caseload(folder, 10_000)
    handwritten(folder, out), declare4py(10_000), r4pm(10_000)

and Kept itself with `rulebook_twenty()` as at `AS_AT`, or `rulebook_ten()` as at `LONG_AFTER`.
"""

from tests.rivals.duties import DICTIONARY as DICTIONARY
from tests.rivals.duties import rulebook_ten as rulebook_ten
from tests.rivals.duties import rulebook_twenty as rulebook_twenty
from tests.rivals.log import AS_AT as AS_AT
from tests.rivals.log import LONG_AFTER as LONG_AFTER
from tests.rivals.log import write_caseload as write_caseload
from tests.rivals.running import Measured as Measured
from tests.rivals.running import declare4py as declare4py
from tests.rivals.running import ensure_environment as ensure_environment
from tests.rivals.running import handwritten as handwritten
from tests.rivals.running import r4pm as r4pm
