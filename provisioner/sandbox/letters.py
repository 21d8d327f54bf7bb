"""How letters outside ASCII are written in ASCII, for slugs.

In: nothing. Out: tables by letter, lower case. Latin with accents needs no table (Unicode takes accents off); Han
characters are those that stand in titles of dashboards in the wild. It never guesses: what is not here is left to the
caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _by_letter(text: str) -> Mapping[str, str]:
    """A table out of entries "sound:letters"; "-" is no sound."""
    entries = (entry.partition(":") for entry in text.split())
    return MappingProxyType({letter: sound.strip("-") for sound, _, letters in entries for letter in letters})


LATIN = _by_letter("ss:ß ae:æ oe:œ o:ø d:đð th:þ l:ł i:ı h:ħ t:ŧ n:ŋ /:⁄ tm:™")

# ruff: noqa: RUF001 - letters that look like Latin ones are the point
GREEK = _by_letter("a:αά b:β g:γ d:δ e:εέ z:ζ e:ηή th:θ i:ιίϊΐ k:κ l:λ m:μµ n:ν x:ξ o:οό p:π r:ρ s:σς t:τ u:υύϋΰ f:φ kh:χ ps:ψ o:ωώ")

CYRILLIC = _by_letter(
    "a:а b:б v:в g:гґ d:д e:е io:ё zh:ж z:з i:иі y:й k:к l:л m:м n:н o:о p:п r:р s:с t:т u:у f:ф kh:х ts:ц ch:ч "
    "sh:ш shch:щ y:ы e:э iu:ю ia:я ie:є yi:ї"
)

# Vowels are not written; what stands for a sound that Latin has no letter for falls out of a slug.
ARABIC = _by_letter(
    "b:ب t:تط th:ث j:ج h:حه kh:خ d:دض dh:ذ r:ر z:زظ s:سص sh:ش "  # from right to left, as it is shown
    "g:غ f:ف q:ق k:ك l:ل m:م n:ن w:وؤ y:يئ a:آ `:ع @:ة ~:ى ':ءأ -:اإ"
)

KANA = _by_letter(
    "a:あアぁァ i:いイぃィ u:うウぅゥ e:えエぇェ o:おオぉォ ka:かカ ga:がガ ki:きキ gi:ぎギ ku:くク gu:ぐグ ke:けケ ge:げゲ ko:こコ "
    "go:ごゴ sa:さサ za:ざザ shi:しシ zi:じジ su:すス zu:ずズ se:せセ ze:ぜゼ so:そソ zo:ぞゾ ta:たタ da:だダ chi:ちチ di:ぢヂ "
    "tsu:つツっッ du:づヅ te:てテ de:でデ to:とト do:どド na:なナ ni:にニ nu:ぬヌ ne:ねネ no:のノ ha:はハ ba:ばバ pa:ぱパ hi:ひヒ "
    "bi:びビ pi:ぴピ hu:ふフ bu:ぶブ pu:ぷプ he:へヘ be:べベ pe:ぺペ ho:ほホ bo:ぼボ po:ぽポ ma:まマ mi:みミ mu:むム me:めメ mo:もモ "
    "ya:やヤゃャ yu:ゆユゅュ yo:よヨょョ ra:らラ ri:りリ ru:るル re:れレ ro:ろロ wa:わワ wi:ゐヰ we:ゑヱ wo:をヲ n:んン vu:ゔヴ"
)

# A syllable is one letter, made of a beginning, a vowel and an end: their numbers are in its code.
_HANGUL_FIRST, _HANGUL_LAST, _VOWELS, _ENDS = 0xAC00, 0xD7A3, 21, 28
_HANGUL = tuple(
    tuple(sounds.replace("-", "").split(","))
    for sounds in (
        "g,gg,n,d,dd,r,m,b,bb,s,ss,-,j,jj,c,k,t,p,h",
        "a,ae,ya,yae,eo,e,yeo,ye,o,wa,wae,oe,yo,u,weo,we,wi,yu,eu,yi,i",
        "-,g,gg,gs,n,nj,nh,d,l,lg,lm,lb,ls,lt,lp,lh,m,b,bs,s,ss,ng,j,c,k,t,p,h",
    )
)


def hangul(letter: str) -> str:
    """The sound of a Korean syllable; "" for another letter."""
    if not _HANGUL_FIRST <= ord(letter) <= _HANGUL_LAST:
        return ""
    rest, end = divmod(ord(letter) - _HANGUL_FIRST, _ENDS)
    beginning, vowel = divmod(rest, _VOWELS)
    return _HANGUL[0][beginning] + _HANGUL[1][vowel] + _HANGUL[2][end]


HAN = _by_letter(
    "a:阿 an:安按 ba:八 ban:版板 bao:报包保 bei:北备 ben:本 bi:比 biao:表标 bu:步部布 cai:采 cao:操 ce:测 cha:查 "
    "chang:常场 cheng:程成城 chi:池 chu:出处储 chuan:传 ci:次磁 cong:从 cun:存 cuo:错 da:大 dan:单 dao:到 de:的 "
    "deng:登 di:地低 dian:点电 dong:东动 du:度读 duan:端 duo:多 e:额 er:二 fa:发 fang:访方 fei:费 fen:分 feng:峰 "
    "fu:服负复 gai:概 gao:告高 ge:个 gong:工公 gu:故 guan:管关 guang:广 guo:国过 hai:海 hao:耗 he:核合和 hong:红 "
    "hou:后 hu:互户 hua:化华 huan:缓环 hui:会 huo:活 ji:机级集计基记击 jia:架加 jian:间监检件健 jiao:交 jie:节接 "
    "jin:进金今 jing:警京 jiu:久 ju:据局 jun:均 kai:开 kan:看 ke:客可 kong:控空 ku:库 kuai:块 lan:览蓝 lei:类 li:里理历例 "
    "lian:连联 liang:量 lie:列 liu:流 lu:路录率 lv:绿 mian:面 ming:名明 mo:模 mu:目木 nan:南 nei:内 nian:年 "
    "ning:宁 pai:排 pan:盘 pei:配 pin:频 ping:平屏 qi:器其期 qian:前 qing:情请 qiu:求 qu:区取 quan:全权 qun:群 "
    "ren:人任 ri:日 rong:容 ru:入 san:三 shan:山 shang:上商 shao:少 shen:深 sheng:生 shi:时视示实事式室 "
    "shou:收 shu:数书属 shuai:衰 shui:水 si:四 song:送 su:速 suo:索 tai:态台 ti:体提 tian:天 tiao:条 ting:停 "
    "tong:通同统 tou:头 tu:图 wai:外 wan:万 wang:网 wei:位维 wen:文温稳 wo:我 wu:务物无 xi:系西细 xia:下 xian:线限显 "
    "xiang:详项向响 xiao:消小效 xie:写 xin:信新心 xing:性行 xu:虚需 xue:学 yan:延验 ye:业页 yi:一仪移异以 yin:引因 "
    "ying:应营影 yong:用 you:由有 yu:域语語预与 yuan:元源原 yue:月 yun:云运 zai:载在 zao:造 zeng:增 zhan:展站占 "
    "zhang:张 zhe:者 zhen:诊 zheng:正证 zhi:指值制支 zhong:中重 zhou:周 zhu:主住注 zhuan:转 zhuang:状装 zi:子自资字 "
    "zong:总 zu:组 zui:最 zuo:作"
)
