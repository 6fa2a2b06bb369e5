"""Every text the assistant itself speaks, in each language it speaks, and which of them a question is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from assistant.answer import Outcome

LANGUAGES = ("en", "es", "pt", "ht", "vi", "zh")
# A short question in English is sometimes taken for another language at low probability: of the golden
# questions two, at 0.30 and 0.37; questions in the other languages reach 0.83 and more.
SURE = 0.6


@dataclass(frozen=True, slots=True)
class Messages:
    """The texts around an answer, in one language.

    `unsure` and `nothing_found` take the places of `nearest` and `off_topic` for a question in another language
    than the article's: an encoder for the article's language finds a passage by names and dates, and cannot tell
    that nothing else answers.
    """

    language: str
    answered: str
    nearest: str
    nearest_hint: str
    off_topic: str
    off_topic_hint: str
    unsure: str
    unsure_hint: str
    nothing_found: str
    searched_english: str
    reading_as: str
    ask_as_typed: str
    show_in_article: str
    copy: str
    share: str
    rate: str
    helpful: str
    not_helpful: str
    suggestions: str
    what_was_wrong: str
    note: str
    send: str
    kept: str
    not_kept: str
    copied: str
    reasons: Mapping[str, str]


_ENGLISH = Messages(
    language="en",
    answered="The article says",
    nearest="The article does not say",
    nearest_hint="This is the passage that comes nearest. It does not answer the question.",
    off_topic="The article is not about that",
    off_topic_hint="Nothing in it comes near this question. You could ask one of these instead.",
    unsure="The nearest passage",
    unsure_hint="I cannot tell whether it answers a question in this language.",
    nothing_found="I found nothing near this question",
    searched_english="I searched an article in English; its words are quoted as they stand.",
    reading_as="Reading this as:",
    ask_as_typed="Ask it as typed",
    show_in_article="Show in the article",
    copy="Copy",
    share="Link to this answer",
    rate="Was this answer helpful?",
    helpful="Helpful",
    not_helpful="Not helpful",
    suggestions="You could also ask",
    what_was_wrong="What was wrong?",
    note="Anything to add? (optional)",
    send="Send",
    kept="Thank you, kept.",
    not_kept="That could not be kept. Please try again.",
    copied="Copied",
    reasons={
        "wrong_passage": "Wrong passage",
        "not_asked": "Not what I asked",
        "does_say": "The article does say it",
        "out_of_date": "Out of date",
        "other": "Something else",
    },
)
_OTHERS = (
    replace(
        _ENGLISH,
        language="es",
        answered="El artículo dice",
        nearest="El artículo no lo dice",
        nearest_hint="Este es el pasaje más cercano. No responde a la pregunta.",
        off_topic="El artículo no trata de eso",
        off_topic_hint="Nada en él se acerca a esta pregunta. Puede hacer una de estas.",
        unsure="El pasaje más cercano",
        unsure_hint="No puedo saber si responde a una pregunta en español.",
        nothing_found="No encontré nada cercano a esta pregunta",
        searched_english="Busqué en un artículo en inglés; sus palabras se citan tal como están.",
        reading_as="Lo entiendo así:",
        ask_as_typed="Preguntar tal como lo escribí",
        show_in_article="Ver en el artículo",
        copy="Copiar",
        share="Enlace a esta respuesta",
        rate="¿Le sirvió esta respuesta?",
        helpful="Útil",
        not_helpful="No me sirvió",
        suggestions="También puede preguntar",
        what_was_wrong="¿Qué estaba mal?",
        note="¿Algo más? (opcional)",
        send="Enviar",
        kept="Gracias, guardado.",
        not_kept="No se pudo guardar. Inténtelo de nuevo.",
        copied="Copiado",
        reasons={
            "wrong_passage": "Pasaje equivocado",
            "not_asked": "No es lo que pregunté",
            "does_say": "El artículo sí lo dice",
            "out_of_date": "Desactualizado",
            "other": "Otra cosa",
        },
    ),
    replace(
        _ENGLISH,
        language="pt",
        answered="O artigo diz",
        nearest="O artigo não diz",
        nearest_hint="Este é o trecho mais próximo. Ele não responde à pergunta.",
        off_topic="O artigo não trata disso",
        off_topic_hint="Nada nele se aproxima desta pergunta. Pode fazer uma destas.",
        unsure="O trecho mais próximo",
        unsure_hint="Não sei dizer se responde a uma pergunta em português.",
        nothing_found="Não encontrei nada próximo desta pergunta",
        searched_english="Procurei num artigo em inglês; as suas palavras são citadas tal como estão.",
        reading_as="Entendi assim:",
        ask_as_typed="Perguntar como escrevi",
        show_in_article="Ver no artigo",
        copy="Copiar",
        share="Link para esta resposta",
        rate="Esta resposta ajudou?",
        helpful="Útil",
        not_helpful="Não ajudou",
        suggestions="Também pode perguntar",
        what_was_wrong="O que estava errado?",
        note="Algo a acrescentar? (opcional)",
        send="Enviar",
        kept="Obrigado, guardado.",
        not_kept="Não foi possível guardar. Tente de novo.",
        copied="Copiado para a área de transferência",
        reasons={
            "wrong_passage": "Trecho errado",
            "not_asked": "Não foi o que perguntei",
            "does_say": "O artigo diz, sim",
            "out_of_date": "Desatualizado",
            "other": "Outra coisa",
        },
    ),
    replace(
        _ENGLISH,
        language="ht",
        answered="Atik la di",
        nearest="Atik la pa di sa",
        nearest_hint="Men pasaj ki pi pre a. Li pa reponn kesyon an.",
        off_topic="Atik la pa pale de sa",
        off_topic_hint="Pa gen anyen ladan l ki pre kesyon sa a. Ou ka poze youn nan sa yo.",
        unsure="Pasaj ki pi pre a",
        unsure_hint="Mwen pa ka di si li reponn yon kesyon an kreyòl.",
        nothing_found="Mwen pa jwenn anyen ki pre kesyon sa a",
        searched_english="Mwen chèche nan yon atik ki ekri an anglè; mo li yo site jan yo ye a.",
        reading_as="Men jan mwen konprann li:",
        ask_as_typed="Poze l jan mwen ekri l la",
        show_in_article="Gade nan atik la",
        copy="Kopye",
        share="Lyen pou repons sa a",
        rate="Èske repons sa a te itil?",
        helpful="Itil",
        not_helpful="Pa itil",
        suggestions="Ou ka mande tou",
        what_was_wrong="Kisa ki pa bon?",
        note="Ou gen yon lòt bagay pou di? (si ou vle)",
        send="Voye",
        kept="Mèsi, nou anrejistre l.",
        not_kept="Nou pa t ka anrejistre sa. Tanpri eseye ankò.",
        copied="Kopye fèt",
        reasons={
            "wrong_passage": "Se pa bon pasaj la",
            "not_asked": "Se pa sa mwen te mande",
            "does_say": "Atik la di sa vre",
            "out_of_date": "Li pa ajou",
            "other": "Lòt bagay",
        },
    ),
    replace(
        _ENGLISH,
        language="vi",
        answered="Bài báo viết",
        nearest="Bài báo không nói điều này",
        nearest_hint="Đây là đoạn gần nhất. Đoạn này không trả lời câu hỏi.",
        off_topic="Bài báo không nói về việc đó",
        off_topic_hint="Không có gì trong bài gần với câu hỏi này. Bạn có thể hỏi một trong các câu sau.",
        unsure="Đoạn gần nhất",
        unsure_hint="Tôi không thể biết đoạn này có trả lời câu hỏi bằng tiếng Việt hay không.",
        nothing_found="Tôi không tìm thấy gì gần với câu hỏi này",
        searched_english="Tôi đã tìm trong một bài báo tiếng Anh; lời trích được giữ nguyên văn.",
        reading_as="Tôi hiểu câu hỏi là:",
        ask_as_typed="Hỏi đúng như đã gõ",
        show_in_article="Xem trong bài báo",
        copy="Sao chép",
        share="Liên kết đến câu trả lời này",
        rate="Câu trả lời này có hữu ích không?",
        helpful="Hữu ích",
        not_helpful="Không hữu ích",
        suggestions="Bạn cũng có thể hỏi",
        what_was_wrong="Điều gì không đúng?",
        note="Bạn muốn nói thêm điều gì? (không bắt buộc)",
        send="Gửi",
        kept="Cảm ơn, đã lưu.",
        not_kept="Không lưu được. Vui lòng thử lại.",
        copied="Đã sao chép",
        reasons={
            "wrong_passage": "Sai đoạn",
            "not_asked": "Không phải điều tôi hỏi",
            "does_say": "Bài báo có nói",
            "out_of_date": "Đã lỗi thời",
            "other": "Lý do khác",
        },
    ),
    replace(
        _ENGLISH,
        language="zh",
        answered="文章写道",
        nearest="文章没有说明",
        nearest_hint="这是最接近的段落，但没有回答这个问题。",
        off_topic="文章不涉及这个话题",
        off_topic_hint="文中没有与此相近的内容。您可以改问下面的问题。",
        unsure="最接近的段落",
        unsure_hint="我无法判断它是否回答了用中文提出的问题。",
        nothing_found="我没有找到与此问题相近的内容",
        searched_english="我搜索的是一篇英文文章，引文保持原文。",
        reading_as="我的理解是：",
        ask_as_typed="按原样提问",
        show_in_article="在文章中查看",
        copy="复制",
        share="此回答的链接",
        rate="这个回答有帮助吗？",
        helpful="有帮助",
        not_helpful="没有帮助",
        suggestions="您还可以问",
        what_was_wrong="哪里不对？",
        note="还有什么要说的吗？（可选）",
        send="发送",
        kept="谢谢，已保存。",
        not_kept="无法保存，请再试一次。",
        copied="已复制",
        reasons={
            "wrong_passage": "段落不对",
            "not_asked": "不是我问的",
            "does_say": "文章其实说了",
            "out_of_date": "已过时",
            "other": "其他",
        },
    ),
)
_CATALOGUE = {each.language: each for each in (_ENGLISH, *_OTHERS)}
FIELDS = tuple(field.name for field in fields(Messages))


def tell_outcome(words: Messages, outcome: Outcome, article_language: str) -> str:
    """What is said of an answer in a line; never that the article does not say what could not be judged."""
    judged = words.language == article_language
    match outcome:
        case Outcome.ANSWERED:
            return words.answered
        case Outcome.NEAREST:
            return words.nearest if judged else words.unsure
        case Outcome.OFF_TOPIC:
            return words.off_topic if judged else words.nothing_found


def messages_for(language: str) -> Messages:
    """The texts in a language, in English where it is not spoken here."""
    return _CATALOGUE.get(language, _ENGLISH)


@lru_cache(maxsize=1)
def _load_identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect_language(question: str) -> str:
    """Which of `LANGUAGES` a question is in; "en" when that is not clear. "Quem foi preso?" -> "pt"."""
    language, probability = _load_identifier().classify(question)
    return str(language) if probability >= SURE else "en"
