"""Words that papers of every field say of themselves: none tells why one is near another.

They are not named as reasons. In scores they do count: leaving them out there made nothing better.
"""

from __future__ import annotations

PLAIN_WORDS = (
    "able accordingly achieve achieved achieves achieving actually additional additionally "
    "address addressed addresses addressing aim aimed aims allow allowed allowing allows alone "
    "along already always another apart appear appears applied applies apply applying around "
    "available aware based become becomes begin best better beyond bring brings broadly build "
    "building builds built call called cannot capable carried certain clearly come comes common "
    "commonly compare compared comparing comprehensive concerning conclude conduct conducted "
    "consider considerable considerably considered considering considers consist consisting "
    "consists contain containing contains contribute contributes conventional corresponding "
    "create created creates creating crucial current currently deal deals define defined "
    "demonstrate demonstrated demonstrates demonstrating denote depend depending depends derive "
    "derived describe described describes describing designed despite determine determined "
    "develop developed developing develops differ different directly discuss discussed discusses "
    "easily easy effective effectively efficient efficiently eight employ employed employing "
    "employs enable enabled enables enabling enhance enhanced enhances enhancing ensure ensures "
    "ensuring especially essential establish established even eventually ever every examine "
    "examined examines example examples exhibit exhibits exist existing exists explore explored "
    "explores exploring extensive extensively facilitate far finally find finding findings finds "
    "five focus focused focuses focusing follow followed following follows found four fully "
    "fundamental furthermore gain gained general generally get gets give given gives giving go "
    "goes good great greater greatly help helping helps hereby high higher highly idea ideas "
    "identified identifies identify identifying illustrate illustrated important improve improved "
    "improvement improvements improves improving include included includes including increase "
    "increased increases increasing increasingly indeed indicate indicated indicates indicating "
    "inspired instance instead interesting introduce introduced introduces introducing "
    "investigate investigated investigates investigating involve involved involves involving "
    "issue issues keep kept key kind kinds know known lack lacking largely last lastly later "
    "latter lead leading leads led less let leverage leveraged leverages leveraging like likely "
    "limited little look made main mainly make makes making manner mentioned motivated namely "
    "naturally near nearly necessary need needed needs never nevertheless new newly next nine "
    "notably note nothing novel now obtain obtained obtaining obtains offer offered offering "
    "offers old others otherwise overall overcome paper papers particular particularly perhaps "
    "possible possibly potential potentially practical precisely present presented presenting "
    "presents previous previously primarily prior probably produce produced produces producing "
    "promising properly propose proposed proposes proposing provide provided provides providing "
    "put quite really recent recently regard regarding relatively relevant relies rely relying "
    "remain remaining remains report reported reports represent represents require required "
    "requires requiring respectively result resulted resulting results reveal revealed reveals "
    "said satisfactory see seek seeks seem seems seen seven showed showing significant "
    "significantly similar simple simply six solve solved solving sometimes specific specifically "
    "start still straightforward studied studies study studying substantial substantially success "
    "successful successfully suggest suggested suggesting suggests suitable take taken takes "
    "taking ten tend tends thing things though three today together traditional try typical "
    "typically understood undertake unique unless unlike useful usefully usual usually utilize "
    "utilized utilizes utilizing validate validated way ways whenever wherein wide widely work "
    "works worth yield yielding yields"
)

_PLAIN = frozenset(PLAIN_WORDS.split())


def is_plain(term: str) -> bool:
    """Whether a term tells nobody what a paper is about."""
    return term in _PLAIN
