package text

import (
	"strings"
	"unicode"
)

// Name is the form in which two names in kanji are compared: NFKC, lower case, no spaces and
// punctuation, no variation selectors, variants of one kanji as one (髙→高, 﨑→崎, 邉→辺), 々 as
// the character it repeats, legal forms (株式会社, ㈱) left out.
func Name(s string) string {
	return settle(s, func(s string) string {
		return dropForms(repeat(strings.Map(plainKanji, Fold(s))), nameShort, nameLong)
	})
}

// plainKanji gives the common form of a kanji and leaves out variation selectors.
func plainKanji(r rune) rune {
	if unicode.Is(unicode.Variation_Selector, r) {
		return -1
	}
	if c, ok := common[r]; ok {
		return c
	}
	return r
}

func repeat(s string) string {
	last := rune(-1)
	return strings.Map(func(r rune) rune {
		if r == '々' && last >= 0 {
			r = last
		}
		last = r
		return r
	}, s)
}

var common = func() map[rune]rune {
	m := map[rune]rune{}
	for _, group := range strings.Fields(variants) {
		r := []rune(group)
		for _, v := range r[1:] {
			m[v] = r[0]
		}
	}
	return m
}()

// variants lists kanji of names that are written in more than one way, the common form first:
// old forms of the standard table (常用漢字表 and 人名用漢字 with their 旧字体) and the variants of
// family registers. 斉 and 斎 are two characters, but people on the telephone cannot tell which.
const variants = `
高髙 崎﨑嵜碕 辺邉邊 浜濱濵 瀬瀨 徳德 吉𠮷 沢澤 斉斎齊齋齎 広廣 国國圀 島嶋嶌 桜櫻 竜龍龒 滝瀧 恵惠 寿壽 実實 真眞 条條 万萬 与與 予豫 栄榮 円圓 塩鹽 応應
横橫 黄黃 温溫 会會 絵繪 楽樂 学學斈 覚覺 関關 観觀 巌巖 亀龜 気氣 亘亙 暁曉 尭堯 区區 薫薰 径徑 経經 継繼 渓溪 鶏鷄 芸藝 県縣 検檢 剣劍劔剱 顕顯 験驗
厳嚴 戸戶 恒恆 黒黑 済濟 砕碎 蔵藏 桟棧 参參 蚕蠶 児兒 静靜 釈釋 収收 従從 渋澁 粛肅 処處 緒緖 叙敍 将將 渉涉 焼燒 奨奬 証證 乗乘 浄淨 畳疊 嬢孃 譲讓
醸釀 慎愼 尽盡 図圖 粋粹 酔醉 随隨 数數 声聲 税稅 青靑 清淸 摂攝 専專 浅淺 銭錢 潜潛 禅禪 曽曾 双雙 壮壯 荘莊 捜搜 装裝 総總 聡聰 増增 続續 台臺 対對
体體 帯帶 滞滯 択擇 単單 団團 担擔 弾彈 断斷 遅遲 昼晝 虫蟲 鋳鑄 庁廳 聴聽 鎮鎭 鉄鐵鉃 点點 転轉 伝傳 灯燈 当當 党黨 盗盜 稲稻 闘鬪 独獨 読讀 届屆 縄繩
弐貳 祢禰 廃廢 拝拜 売賣 麦麥 発發 髪髮 抜拔 秘祕 富冨 払拂 仏佛 並竝 変變 弁辨瓣辯 宝寶寳 豊豐 毎每 槙槇 満滿 萌萠 弥彌 訳譯 薬藥 誉譽 揺搖 様樣 遥遙
来來 頼賴 覧覽 両兩 緑綠 塁壘 礼禮 励勵 霊靈 齢齡 恋戀 錬鍊 労勞 楼樓 録錄 湾灣 郎郞 館舘 橋槗𣘺 桧檜 梅楳 彦彥 顔顏 産產 蒋蔣 芦蘆 鴎鷗 野埜 峰峯 杯盃
穂穗 柳栁 柏栢 桑桒 船舩 松枩柗 畑畠 凛凜 鶴靏靍鸖 鈎鉤 涼凉 煕熙 禄祿 祷禱 昂昻 晋晉 篭籠 喜㐂 沖冲 卯夘 土圡𡈽 丈𠀋 角⻆ 昇曻 淵渕渊 裏裡 莱萊 壱壹 磯礒
糸絲 秋穐龝 刈苅 蘇蘓 間閒 呑吞 呉吳 即卽 既旣 郷鄕鄉 叱𠮟 兎莵菟 隠隱 桝枡 栃杤 曳曵 蝿蠅 蛍螢 壌壤 為爲 画畫 勲勳勛 駆驅 駅驛 掲揭 撃擊 献獻 圏圈 効效
号號 砂沙 雑雜 残殘 歯齒 辞辭 湿濕 写寫 舎舍 獣獸 称稱 触觸 枢樞 窃竊 争爭 騒騷 属屬 堕墮 痴癡 逓遞 徴徵 懐懷 拡擴 殻殼 巻卷 寛寬 歓歡 勧勸 帰歸 偽僞
戯戲 犠犧 旧舊 拠據 挙擧 峡峽 挟挾 狭狹 暦曆 歴歷 涙淚 隷隸 仮假 価價 壊壞 悪惡 圧壓 囲圍 医醫 営營 衛衞 奥奧 欧歐 殴毆 穏穩 岳嶽 葛𦹀
`
