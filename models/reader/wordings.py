"""Words that may stand for one another, and words that may not: what claims are re-worded and spoiled with.

Written for help texts. A group of `SAME_*` keeps what a sentence says, a pair of `OPPOSITE_*` turns it round, a group
of `RIVALS` names things of which a sentence means one and no other. Verbs stand in their base form.
"""

SAME_VERBS = """
delete remove erase
choose select pick
create make
show display
start begin
finish complete
send transmit
get receive
obtain acquire
help assist
let allow permit
change modify alter
fix repair
use utilize
verify confirm
check inspect
explain describe
specify state
enter type
store save
ensure guarantee
buy purchase
contact reach
happen occur
run execute
stop halt
require need
provide supply offer
discover find
assign allocate
gather collect
track follow
upgrade update
mention name
submit file
notify inform alert
refuse reject decline
cancel revoke
calculate compute
combine merge
connect link
define determine
examine review
generate produce
improve enhance
attempt try
permit authorize
recommend suggest advise
observe watch
transfer move
replace substitute
repeat redo
resolve settle
contain hold include
affect influence
attach append
launch open
handle process
operate work
organize arrange
participate join
prepare ready
raise lift
reduce lower
restrict limit
return come
demand ask
adjust tune
apply enforce
arrive come
copy duplicate
customize tailor
deliver hand
discuss debate
edit modify
encounter meet
evaluate assess
fill populate
grow expand
identify recognize
implement realize
indicate signal
locate find
monitor watch
pay settle
publish release
record log
restart reboot
search look
separate split
share exchange
test try
view see
visit see
wait pause
""".strip().splitlines()
# `return come`, `deliver hand` and their like need another word beside them; these verbs are left alone.
LEFT_ALONE = frozenset(
    ["return", "come", "hand", "meet", "look", "ready", "pay", "arrive", "log", "file", "name", "copy", "debate"]
)

SAME_NOUNS = """
administrator admin
application app
picture image
error mistake
employee worker
company firm
client customer
vendor supplier
choice option
purchase acquisition
documentation docs
information info
feature capability
folder directory
problem issue
requirement prerequisite
repository repo
parameter argument
method approach
goal aim
benefit advantage
drawback disadvantage
procedure process
illness sickness
doctor physician
kid child
car vehicle
shop store
house home
job task
part portion
amount quantity
location place
list listing
permission right
instruction direction
answer response reply
question query
sample example
fee charge
cost expense
rule regulation
site website
message notice
participant attendee
password passphrase
reason cause
result outcome
section part
start beginning
summary overview
topic subject
warning alert
window dialog
""".strip().splitlines()

# Phrases that say the same, whole and in lower case; every member may stand for every other.
SAME_PHRASES = """
is allowed to | may | is permitted to
are allowed to | may | are permitted to
you can | it is possible to | you are able to | one can
you cannot | it is impossible to | you are not able to | it is not possible to
you must | you have to | you need to | it is necessary to | you are required to
you should | you ought to | it is advisable to | we recommend that you
you do not have to | you need not | it is not necessary to | you are not required to
must be | has to be | needs to be
must | is required to | has to
is required | is needed | is necessary
are required | are needed | are necessary
is not required | is optional | is not needed | is unnecessary
are not required | are optional | are not needed | are unnecessary
is not allowed | is forbidden | is prohibited | is not permitted
are not allowed | are forbidden | are prohibited | are not permitted
is not possible | is impossible | cannot be done
is available | is on offer | can be had
is not available | is unavailable
are not available | are unavailable
is enabled | is switched on | is turned on
are enabled | are switched on | are turned on
is disabled | is switched off | is turned off
are disabled | are switched off | are turned off
does not work | fails to work
is not valid | is invalid
are not valid | are invalid
is not supported | is unsupported
are not supported | are unsupported
is incorrect | is wrong | is not correct
is empty | has nothing in it
does not have | lacks | has no
do not have | lack | have no
does not change | stays the same | remains unchanged
allows you to | lets you | enables you to | makes it possible to
allow you to | let you | enable you to | make it possible to
make sure that | ensure that | see to it that
make sure | ensure | be sure
in order to | to | so as to
as well as | and also | along with
such as | like | for example
for example | for instance | e.g.
that is | i.e. | in other words
at least | no fewer than | a minimum of | not less than
at most | no more than | a maximum of | not more than
up to | no more than | at most | as many as
more than | over | above | in excess of
less than | under | below | fewer than
approximately | about | roughly | around
immediately | at once | right away | straight away
automatically | by itself | on its own | without your help
manually | by hand
before | prior to | ahead of
after | following | once there has been
during | in the course of | throughout
because | since | as
if | in case | provided that
when | whenever | as soon as
unless | except if | if not
until | till | up to the time when
via | through | by means of | by way of
using | with | by means of
instead of | rather than | in place of
due to | because of | owing to | on account of
regarding | about | concerning | on
according to | as stated in | in line with
multiple | several | a number of | more than one
a single | one | just one
many | numerous | lots of | a large number of
every | each
all | all of | all the
any | whichever | any of
only | solely | exclusively | just
also | in addition | too | as well
often | frequently | in many cases
usually | normally | typically | generally | as a rule
sometimes | at times | now and then | occasionally
never | at no time | not ever
always | at all times | in every case
again | once more | anew
currently | at present | at the moment | now
previously | formerly | before that | earlier
later | afterwards | at a later time
finally | in the end | lastly
quickly | fast | rapidly
every day | each day | daily
every week | once a week | weekly
every month | once a month | monthly
every year | once a year | annually
twice | two times
online | on the web | over the internet
sign in | log in | log on
sign out | log out | log off
set up | configure | install
carry out | perform | conduct
find out | learn | discover
get rid of | remove | discard
look for | search for | seek
fill in | fill out | complete
turn on | switch on | enable | activate
turn off | switch off | disable | deactivate
click on | click | press
hand in | submit | turn in
go to | open | navigate to
in addition to | besides | on top of
a lot of | much | plenty of
a couple of | two or three | a few
both | the two | both of
different | distinct | various
same | identical
important | crucial | essential | vital
large | big
small | little
additional | extra | further
optional | not mandatory | voluntary
mandatory | compulsory | obligatory
specific | particular | certain
default | standard | preset
required | needed | necessary
whole | entire | complete
new | fresh
free | without charge | at no cost | free of charge
correct | right
easy | simple
hard | difficult
possible | feasible
main | primary | principal | chief
initial | first
final | last
previous | earlier | preceding
next | following
existing | present | current
suitable | appropriate | fitting
however | nevertheless | still | yet
therefore | thus | hence | for this reason | so
although | though | even though
while | whereas
within | inside | in
per | for each | for every | a
between | in the range of
without | with no
except | apart from | other than | save for
including | among them | which include
is called | is named | is known as | goes by the name of
is used to | serves to | is meant to
are used to | serve to | are meant to
is used for | serves for | is meant for
is located in | is found in | lies in
consists of | is made up of | comprises
depends on | is determined by | hinges on
based on | on the basis of | according to
is based on | rests on | builds on
refers to | points to | stands for
is responsible for | takes care of | is in charge of
are responsible for | take care of | are in charge of
is part of | belongs to
is not part of | does not belong to
is part of the | belongs to the
results in | leads to | causes | brings about
result in | lead to | cause | bring about
wants to | wishes to | would like to
want to | wish to | would like to
is about to | is going to
will be | is going to be
tries to | attempts to | seeks to
no longer | not any more
the following | these | those below
this means that | so | that means
there are | you will find | one finds
there is | you will find | one finds
is able to | can | is capable of
are able to | can | have the ability to
as soon as possible | without delay | promptly
at the same time | simultaneously | together
at any time | whenever you like | anytime
in the future | later on
in the case of | with | for
in most cases | mostly | usually
a variety of | various | many kinds of
the number of | how many
the amount of | how much
whether or not | whether
takes place | happens | occurs
take place | happen | occur
people | persons | individuals
staff | employees | personnel
begins | starts
ends | finishes
enough | sufficient
about | regarding
""".strip().splitlines()
# One way only: the right side says no more than the left, but not the other way round, or reads badly there.
ONE_WAY = {
    "if": ("in case", "provided that"),
    "when": ("whenever",),
    "after": (),
    "up to": ("at most", "no more than", "as much as"),
    "in order to": ("to", "so as to"),
    "to": (),
    "within": (),
    "all": ("all of",),
    "any": (),
    "using": ("with", "by means of"),
    "because": ("since", "as"),
    "since": (),
    "as": (),
    "so": (),
    "in": (),
    "on": (),
    "with": (),
    "for": (),
    "a": (),
    "by itself": (),
    "like": (),
    "about": (),
    "less than": ("fewer than",),
    "more than": ("over", "in excess of"),
    "over": (),
    "above": (),
    "below": (),
    "under": (),
    "around": (),
    "still": (),
    "yet": (),
    "right": (),
    "last": (),
    "first": (),
    "one": (),
    "just": (),
    "more": (),
    "now": (),
    "too": (),
    "also": ("in addition",),
    "present": (),
    "current": ("existing",),
    "inside": ("within",),
    "and also": (),
    "click": ("click on", "press"),
    "press": (),
    "following": (),
    "these": (),
    "certain": (),
    "further": (),
    "complete": (),
    "cause": (),
    "hard": ("difficult",),
    "much": (),
    "little": (),
    "fast": ("quickly",),
    "per": ("for each", "for every"),
    "between": (),
    "both": (),
    "before": ("prior to", "ahead of"),
    "may": (),
    "can": (),
    "must": (),
    "has to": (),
    "has no": ("lacks", "does not have"),
    "have no": ("lack", "do not have"),
    "once": (),
    "that is": (),
    "except": ("apart from", "other than"),
    "many": ("numerous", "lots of", "a large number of"),
    "standard": (),
    "open": (),
    "learn": (),
    "configure": ("set up",),
    "install": (),
    "enable": ("activate",),
    "disable": ("deactivate",),
    "discover": (),
    "remove": ("get rid of",),
    "discard": (),
    "conduct": ("carry out", "perform"),
    "perform": ("carry out", "conduct"),
    "simple": ("easy",),
    "whole": ("entire",),
    "entire": ("whole",),
    "final": ("last",),
    "will be": ("is going to be",),
    "until": ("till",),
    "extra": ("additional", "further"),
    "new": (),
    "fresh": (),
    "earlier": (),
    "later": (),
    "during": ("in the course of", "throughout"),
    "throughout": (),
    "through": (),
    "on its own": (),
    "concerning": ("about", "regarding"),
    "seek": (),
    "together": (),
    "particular": ("specific", "certain"),
    "essential": ("important", "crucial", "vital"),
    "there are": (),
    "there is": (),
    "various": (),
    "usually": ("normally", "typically", "generally", "as a rule"),
    "free": ("free of charge", "at no cost"),
    "people": ("persons", "individuals"),
    "same": (),
    "each": ("every",),
    "no longer": (),
    "while": (),
    "daily": (),
    "weekly": (),
    "monthly": (),
    "annually": (),
    "at most": ("no more than", "a maximum of", "not more than"),
}

OPPOSITE_VERBS = """
enable disable
allow prevent
permit forbid
include exclude
increase decrease
accept reject
add remove
connect disconnect
activate deactivate
install uninstall
lock unlock
encrypt decrypt
import export
upload download
start stop
open close
show hide
attach detach
expand collapse
subscribe unsubscribe
raise lower
approve deny
gain lose
pass fail
enter leave
push pull
begin end
join leave
keep discard
save discard
create delete
appear disappear
expire renew
follow ignore
publish unpublish
register unregister
mount unmount
load unload
compress decompress
strengthen weaken
succeed fail
extend shorten
protect expose
encourage discourage
require forbid
release withhold
assign unassign
select deselect
check uncheck
grant revoke
improve worsen
simplify complicate
speed slow
merge split
lend borrow
buy sell
send receive
""".strip().splitlines()

OPPOSITE_WORDS = """
before | after
minimum | maximum
first | last
above | below
always | never
with | without
inside | outside
internal | external
public | private
required | optional
mandatory | optional
possible | impossible
valid | invalid
available | unavailable
enabled | disabled
active | inactive
visible | hidden
manual | automatic
manually | automatically
online | offline
early | late
earlier | later
earliest | latest
higher | lower
highest | lowest
larger | smaller
largest | smallest
longer | shorter
more | less
faster | slower
old | new
older | newer
newest | oldest
temporary | permanent
temporarily | permanently
correct | incorrect
same | different
open | closed
left | right
top | bottom
start | end
input | output
inbound | outbound
incoming | outgoing
positive | negative
full | empty
local | remote
safe | dangerous
secure | insecure
likely | unlikely
legal | illegal
necessary | unnecessary
eligible | ineligible
able | unable
horizontal | vertical
upper | lower
strong | weak
high | low
known | unknown
used | unused
read-only | writable
succeeds | fails
successful | unsuccessful
success | failure
buyer | seller
sender | recipient
debit | credit
customers | vendors
customer | vendor
ascending | descending
forward | backward
parent | child
source | target
on top of | instead of
together with | instead of
in addition to | instead of
because of | despite
still | no longer
already | not yet
turn on | turn off
turned on | turned off
switch on | switch off
switched on | switched off
sign in | sign out
opt in | opt out
""".strip().splitlines()

# The two exclude one another; "all" and "some" do not, as some are when all are.
OPPOSITE_QUANTIFIERS = """
all | only some
all of the | none of the
all | no
every | only one
each | only one
every | no
most | few
many | few
at least | at most
at least | less than
up to | at least
up to | more than
no more than | no less than
at most | more than
more than | less than
greater than | less than
over | under
always | only sometimes
usually | rarely
often | seldom
any | no
both | neither
several | no
multiple | no
one or more | no more than one
some | no
only | not only
exactly | at least
exactly | up to
once | twice
entire | only part of the
""".strip().splitlines()

# Each line: things of one sort. Where a text means one, it does not mean another.
RIVALS = """
administrator manager owner guest contractor customer developer auditor
administrators managers owners guests contractors customers developers auditors
employer employee
parent teacher student
parents teachers students
patient doctor nurse
patients doctors nurses
file folder page site library database
files folders pages sites libraries databases
email letter phone fax
table column row cell field
tables columns rows cells fields
server client browser
servers clients browsers
invoice order receipt quote shipment
invoices orders receipts quotes shipments
username password address
red green blue yellow black white grey
north south east west
seller buyer
school hospital office library
schools hospitals offices libraries
bus train plane car
morning evening afternoon
key certificate token
keys certificates tokens
image video audio
images videos
user group role policy
users groups roles policies
item resource vendor bank account
items resources vendors accounts
name title description
property method class
string integer boolean
query response request
development production staging
Linux Windows macOS
council government court police
tenant landlord
worker business charity
workers businesses charities
mask glove gown
masks gloves gowns
""".strip().splitlines()

IMPERATIVES = frozenset(
    """
    select choose click open create enter use add specify run set go review verify delete configure sign navigate
    follow check copy install download upload make ensure wait type press save close start stop keep avoid contact
    see read include provide assign register remove replace update define fill turn enable disable call write
    store import export send print view edit confirm expand clear consider
    wash wear stay clean cover ask call report switch move drag drop name repeat return test try remember
    """.split()  # noqa: SIM905 - easier to read and to extend than eighty quoted words
)

# Plain third-person verbs that a "does not" may stand before.
STATED = frozenset(
    """
    supports allows provides requires contains includes returns creates uses shows displays runs sends receives
    applies affects depends works starts stops changes removes deletes adds covers means accepts offers needs
    stores keeps updates generates prevents limits enables automatically lets gives takes makes helps applies
    appears happens expires remains opens reads writes calls checks supports
    """.split()  # noqa: SIM905
) - {"automatically"}
