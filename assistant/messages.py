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
    that nothing else answers. `{seconds}` in `retrying` and `wait`, and `{text}` in `about`, are filled in by
    whoever shows them.
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
    foreign_hint: str  # beside an answer across languages
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
    ask_this: str
    ask: str
    question: str
    placeholder: str
    greeting: str
    for_example: str
    conversation: str
    new_conversation: str
    close: str
    waiting: str
    retrying: str
    too_many: str
    busy: str
    wait: str
    unreachable: str
    failed: str
    try_again: str
    ask_about: str
    about: str
    shown: str
    changed: str
    as_it_was: str
    back_to_answer: str
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
    foreign_hint="The words quoted may come near your question without answering it.",
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
    ask_this="Ask this article",
    ask="Ask",
    question="Your question",
    placeholder="Ask the article…",
    greeting=(
        "Ask this article anything. It answers in its own words, with the "
        "place they stand, or says that it does not answer."
    ),
    for_example="For example",
    conversation="Questions and answers",
    new_conversation="New conversation",
    close="Close",
    waiting="Looking through the article…",
    retrying="Trying again in {seconds} s.",
    too_many="That was a lot at once.",
    busy="Many are asking at the moment.",
    wait="Please wait {seconds} s.",
    unreachable="The assistant cannot be reached at the moment.",
    failed="Something went wrong here. Please try again.",
    try_again="Try again",
    ask_about="Ask about this",
    about="What about “{text}”?",
    shown="Marked in the article.",
    changed="The article has changed: these words are no longer on this page.",
    as_it_was="The answer as it was",
    back_to_answer="Back to the answer",
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
        foreign_hint="Las palabras citadas pueden acercarse a su pregunta sin responderla.",
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
        ask_this="Pregunte a este artículo",
        ask="Preguntar",
        question="Su pregunta",
        placeholder="Pregunte al artículo…",
        greeting=(
            "Pregunte lo que quiera a este artículo. Responde con sus propias "
            "palabras y el lugar donde están, o dice que no responde."
        ),
        for_example="Por ejemplo",
        conversation="Preguntas y respuestas",
        new_conversation="Nueva conversación",
        close="Cerrar",
        waiting="Buscando en el artículo…",
        retrying="Otro intento en {seconds} s.",
        too_many="Fueron muchas preguntas seguidas.",
        busy="Hay muchas preguntas en este momento.",
        wait="Espere {seconds} s.",
        unreachable="No se puede contactar con el asistente en este momento.",
        failed="Algo falló aquí. Inténtelo de nuevo.",
        try_again="Reintentar",
        ask_about="Preguntar sobre esto",
        about="¿Qué hay de «{text}»?",
        shown="Marcado en el artículo.",
        changed="El artículo ha cambiado: estas palabras ya no están en esta página.",
        as_it_was="La respuesta tal como era",
        back_to_answer="Volver a la respuesta",
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
        foreign_hint="As palavras citadas podem aproximar-se da sua pergunta sem responder a ela.",
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
        ask_this="Pergunte a este artigo",
        ask="Perguntar",
        question="A sua pergunta",
        placeholder="Pergunte ao artigo…",
        greeting=(
            "Pergunte o que quiser a este artigo. Ele responde com as suas próprias "
            "palavras e o lugar onde estão, ou diz que não responde."
        ),
        for_example="Por exemplo",
        conversation="Perguntas e respostas",
        new_conversation="Nova conversa",
        close="Fechar",
        waiting="Procurando no artigo…",
        retrying="Nova tentativa em {seconds} s.",
        too_many="Foram muitas perguntas seguidas.",
        busy="Há muitas perguntas neste momento.",
        wait="Aguarde {seconds} s.",
        unreachable="Não é possível contactar o assistente neste momento.",
        failed="Algo correu mal aqui. Tente de novo.",
        try_again="Tentar de novo",
        ask_about="Perguntar sobre isto",
        about="E quanto a “{text}”?",
        shown="Marcado no artigo.",
        changed="O artigo mudou: estas palavras já não estão nesta página.",
        as_it_was="A resposta como era",
        back_to_answer="Voltar à resposta",
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
        foreign_hint="Mo yo site yo ka pale de menm bagay la san yo pa reponn kesyon ou an.",
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
        ask_this="Poze atik sa a kesyon",
        ask="Mande",
        question="Kesyon ou",
        placeholder="Poze atik la yon kesyon…",
        greeting=(
            "Poze atik sa a nenpòt kesyon. Li reponn ak pwòp mo pa l, "
            "ak kote yo ye a, oswa li di li pa reponn."
        ),
        for_example="Pa egzanp",
        conversation="Kesyon ak repons",
        new_conversation="Nouvo konvèsasyon",
        close="Fèmen",
        waiting="N ap chèche nan atik la…",
        retrying="N ap eseye ankò nan {seconds} s.",
        too_many="Sa fè anpil kesyon youn dèyè lòt.",
        busy="Gen anpil kesyon kounye a.",
        wait="Tanpri tann {seconds} s.",
        unreachable="Nou pa ka jwenn asistan an kounye a.",
        failed="Gen yon bagay ki pa mache isit la. Tanpri eseye ankò.",
        try_again="Eseye ankò",
        ask_about="Mande sou sa",
        about="Kisa ki gen nan “{text}”?",
        shown="Make nan atik la.",
        changed="Atik la chanje: mo sa yo pa sou paj sa a ankò.",
        as_it_was="Repons lan jan l te ye a",
        back_to_answer="Tounen nan repons lan",
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
        foreign_hint="Lời trích có thể chỉ gần với câu hỏi mà chưa trả lời câu hỏi đó.",
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
        ask_this="Hỏi bài báo này",
        ask="Hỏi",
        question="Câu hỏi của bạn",
        placeholder="Hỏi bài báo…",
        greeting=(
            "Hãy hỏi bài báo này bất cứ điều gì. Bài báo trả lời bằng chính lời "
            "của nó, kèm vị trí, hoặc cho biết là không trả lời."
        ),
        for_example="Ví dụ",
        conversation="Câu hỏi và câu trả lời",
        new_conversation="Cuộc trò chuyện mới",
        close="Đóng",
        waiting="Đang tìm trong bài báo…",
        retrying="Sẽ thử lại sau {seconds} giây.",
        too_many="Bạn đã hỏi quá nhiều cùng lúc.",
        busy="Hiện có nhiều người đang hỏi.",
        wait="Vui lòng chờ {seconds} giây.",
        unreachable="Hiện không thể kết nối với trợ lý.",
        failed="Đã có lỗi ở đây. Vui lòng thử lại.",
        try_again="Thử lại",
        ask_about="Hỏi về đoạn này",
        about="Còn “{text}” thì sao?",
        shown="Đã đánh dấu trong bài báo.",
        changed="Bài báo đã thay đổi: những lời này không còn trên trang.",
        as_it_was="Câu trả lời như lúc đó",
        back_to_answer="Trở lại câu trả lời",
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
        foreign_hint="引文可能只是与您的问题相近，不一定回答了它。",
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
        ask_this="向本文提问",
        ask="提问",
        question="您的问题",
        placeholder="向文章提问…",
        greeting="您可以向本文提出任何问题。它用原文回答并注明出处，或说明没有回答。",
        for_example="例如",
        conversation="问与答",
        new_conversation="新对话",
        close="关闭",
        waiting="正在查阅文章…",
        retrying="{seconds} 秒后重试。",
        too_many="一次提问太多了。",
        busy="目前提问的人很多。",
        wait="请等待 {seconds} 秒。",
        unreachable="目前无法连接到助手。",
        failed="这里出了点问题，请再试一次。",
        try_again="再试一次",
        ask_about="就此提问",
        about="“{text}”是怎么回事？",
        shown="已在文章中标出。",
        changed="文章已有改动：页面上已没有这些文字。",
        as_it_was="当时的回答",
        back_to_answer="返回回答",
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


def tell_hint(words: Messages, outcome: Outcome, article_language: str) -> str:
    """What is said under the outcome: what the passage shown is, or where to go on; "" when nothing is to be said."""
    judged = words.language == article_language
    match outcome:
        case Outcome.ANSWERED:
            return "" if judged else words.foreign_hint
        case Outcome.NEAREST:
            return words.nearest_hint if judged else words.unsure_hint
        case Outcome.OFF_TOPIC:
            return words.off_topic_hint if judged else ""


def tell_searched(words: Messages, article_language: str) -> str:
    """That the article is in another language than the question; "" when it is not."""
    return words.searched_english if words.language != article_language == "en" else ""


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
