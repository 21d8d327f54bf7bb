"""How letters outside ASCII are written in ASCII by the table that slug servers use, as far as it is known.

In: nothing. Out: tables by letter, lower case. Latin with accents needs none (Unicode takes accents off). Han characters are those that
stand in titles of dashboards in the wild. It never guesses: what is not here is left to the caller.
Sources: transcripts slugs-2.6.0 and slugs-4.6.5, "slug 0" to "slug 31".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _by_letter(text: str) -> Mapping[str, str]:
    """A table from words "sound:letters"; a sound may be empty."""
    entries = (entry.partition(":") for entry in text.split())
    return MappingProxyType({letter: sound for sound, _, letters in entries for letter in letters})


# ruff: noqa: RUF001 - letters that look like Latin ones are the point
LATIN = _by_letter("ss:ß ae:æ oe:œ o:ø d:đð th:þ l:ł i:ı h:ħ t:ŧ /:⁄")

GREEK = _by_letter("a:α b:β g:γ d:δ e:ε z:ζ e:η th:θ i:ι k:κ l:λ m:μ n:ν x:ξ o:ο p:π r:ρ s:σς t:τ ps:ψ o:ω")

CYRILLIC = _by_letter(
    "a:а b:б v:в g:г d:д e:е io:ё zh:ж z:з i:иій k:к l:л m:м n:н o:о p:п r:р s:с t:т u:у f:ф kh:х ts:ц ch:ч sh:ш shch:щ ':ьъ y:ы e:э "
    "iu:ю ia:я ie:є yi:ї"
)

ARABIC = _by_letter(":ا b:ب t:ت th:ث j:ج h:ح kh:خ d:د dh:ذ r:ر z:ز s:س sh:ش `:ع f:ف q:ق k:ك l:ل m:م n:ن h:ه w:و y:ي @:ة")

KANA = _by_letter(
    "a:ア i:イ u:ウ e:エ o:オ ka:カ ga:ガ ki:キ gi:ギ ku:ク gu:グ ke:ケ ge:ゲ ko:コ go:ゴ "
    "sa:サ za:ザ si:シ zi:ジ su:ス zu:ズ se:セ ze:ゼ so:ソ zo:ゾ ta:タ da:ダ ti:チ di:ヂ "
    "tu:ツ du:ヅ te:テ de:デ to:ト do:ド na:ナ ni:ニ nu:ヌ ne:ネ no:ノ ha:ハ ba:バ pa:パ "
    "hi:ヒ bi:ビ pi:ピ hu:フ bu:ブ pu:プ he:ヘ be:ベ pe:ペ ho:ホ bo:ボ po:ポ ma:マ mi:ミ "
    "mu:ム me:メ mo:モ ya:ヤ yu:ユ yo:ヨ ra:ラ ri:リ ru:ル re:レ ro:ロ wa:ワ wo:ヲ n:ン"
)

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

HANGUL_FIRST = ("g", "gg", "n", "d", "dd", "r", "m", "b", "bb", "s", "ss", "", "j", "jj", "c", "k", "t", "p", "h")
# fmt: off
HANGUL_MIDDLE = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "weo", "we", "wi", "yu", "eu", "yi", "i",
)
HANGUL_LAST = (
    "", "g", "gg", "gs", "n", "nj", "nh", "d", "l", "lg", "lm", "lb", "ls", "lt", "lp", "lh", "m", "b", "bs", "s", "ss", "ng", "j", "c",
    "k", "t", "p", "h",
)
# fmt: on
"""A syllable is a first, a middle and a last part, in the order of Unicode."""
