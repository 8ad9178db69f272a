"""Promises with words, names and amounts in between, in the ten languages, as patterns. See `promises`.

Each says who or what, then what will happen or has happened: "we will send the 49.00 EUR back". What only ever happens
so ("refunds go back to the card") fits none.
"""

GAP = r"(?:[^.!?,:;\n]|(?<=\d)[.,](?=\d)){0,80}?"
"""A short run of words and amounts inside one clause."""
_FEW = r"(?:\S+\s){0,3}?"

_ENGLISH = (
    rf"(?:we|i)(?:'ll|'ve|'re|'m| will| have| are| am| can| shall)\s{_FEW}"
    rf"(?:send|sent|sending|give|given|pay|paid|paying|return|returned|transfer|put|wire)\s{GAP}"
    rf"(?:money|amount|sum|payment|charges?|difference|fee|refund|\d)\b{GAP}\bback\b",
    rf"(?:we|i)(?:'ll|'ve|'re|'m| will| have| are| am)\s{_FEW}"
    r"(?:reverse|reversed|reversing|undo|undone|void|voided|take back|taken back|cancelled your|cancelling your)\b",
    r"(?:money|refund|amount)\s(?:is|are)\s(?:now\s|already\s)?"
    r"(?:on (?:its|the|their) way|coming|under ?way|in progress)\b",
    r"(?:charges?|payments?|debits?|fees?|transactions?|subscription|plan)\s"
    r"(?:will be|has been|have been|is being|are being)\s"
    r"(?:\w+\s)?(?:reversed|undone|voided|taken back|returned|dropped|removed|cancelled|canceled)\b",
    rf"you(?:'ll| will| are going to)\s{_FEW}(?:have|see|get|receive)\s{_FEW}(?:money|refund)\b",
)
_GERMAN = (
    rf"(?:wir|ich)\s(?:haben|habe|werden|werde)\s{GAP}\b(?:(?:zurück)?erstattet|(?:zurück)?erstatten|zurückgezahlt|zurückzahlen"
    r"|zurückgebucht|zurückbuchen|(?:zurück)?überwiesen|(?:zurück)?überweisen|gutgeschrieben|gutschreiben|storniert|stornieren"
    r"|gekündigt|kündigen|rückgängig\s(?:gemacht|machen))\b",
    rf"(?:haben|habe|werden|werde)\s(?:wir|ich)\s{GAP}\b(?:(?:zurück)?erstattet|(?:zurück)?erstatten|zurückgezahlt|gutgeschrieben"
    r"|storniert|gekündigt|rückgängig\sgemacht)\b",
    rf"(?:abbuchung|belastung|zahlung|betrag|lastschrift|buchung|gebühr|summe)(?:en)?\s"
    rf"(?:wird|wurde|werden|wurden)\s{GAP}"
    r"\b(?:rückgängig\sgemacht|zurückgebucht|zurückgezahlt|zurückgenommen|zurücküberwiesen|zurückerstattet|aufgehoben)\b",
    r"(?:geld|(?:rück)?erstattung|rückzahlung|gutschrift)\sist\s(?:bereits\s|schon\s)?"
    r"(?:auf dem weg|unterwegs|veranlasst|bestätigt|angewiesen)\b",
    rf"(?:wir|ich)\s(?:zahlen|zahle|buchen|buche|geben|gebe|überweisen|überweise)\s{GAP}\bzurück\b",
)
_FRENCH = (
    rf"(?:nous avons|j'ai|on a|nous allons|je vais|on va)\s{_FEW}"
    r"(?:rembours|annul|crédit|restitu|revers|rendu|rendre)\w*\b",
    r"nous (?:vous |te )?(?:rendrons|restituerons|reverserons|verserons|annulerons|rembourserons)\b",
    rf"(?:prélèvement|paiement|débit|montant|frais|somme)s?\s(?:sera|seront|a été|ont été|va être|vont être)\s{_FEW}"
    r"(?:annul|rembours|crédit|restitu|revers|rendu)\w*\b",
    r"(?:argent|remboursement)\sest\s(?:déjà\s)?(?:en route|en cours|en chemin|parti|effectué|lancé|validé)\b",
    rf"(?:recevrez|aurez|récupérerez|retrouverez|allez recevoir)\s{_FEW}(?:argent|remboursement|somme|montant)\b",
    r"abonnement (?:est|a été|sera) (?:\w+\s)?(?:résilié|annulé)\b",
)
_SPANISH = (
    r"(?:dinero|reembolso)\s(?:ya\s)?(?:va|está)\s(?:ya\s)?"
    r"(?:de camino|en camino|en curso|en proceso|aprobado|confirmado)\b",
    rf"(?:cargo|pago|cobro|importe|monto)s?\s(?:será|serán|ha sido|han sido|fue|fueron)\s{_FEW}"
    r"(?:anulad|revertid|devuelt|cancelad|reembolsad|abonad)\w+\b",
    r"se\s(?:le\s|te\s)?(?:abonará|devolverá|reembolsará|ingresará|anulará|acreditará|reintegrará)n?\b",
    rf"(?:recibirá|recibirás|tendrá|tendrás|recuperará|recuperarás|va a recibir|vas a recibir)\s{_FEW}"
    r"(?:dinero|reembolso|importe)\b",
    rf"(?:hemos|he)\s{_FEW}(?:devuelto|reembolsado|anulado|cancelado|abonado|reintegrado)\b",
    rf"(?:vamos a|voy a)\s{_FEW}(?:devolver|reembolsar|anular|cancelar|abonar|reintegrar)\w*\b",
)
_PORTUGUESE = (
    r"(?:reembolsámos|devolvemos-lhe|anulámos|creditámos|estornámos|estornaremos|anularemos)\b",
    rf"(?:cobrança|pagamento|débito|valor|montante|quantia)s?\s(?:será|serão|foi|foram|vai ser|vão ser)\s{_FEW}"
    r"(?:anulad|estornad|devolvid|reembolsad|creditad|cancelad|revertid)\w+\b",
    r"(?:dinheiro|reembolso)\s(?:já\s)?está\s(?:já\s)?(?:a caminho|em curso|aprovado|confirmado|em processamento)\b",
    rf"(?:vai|irá|vão)\s(?:receber|ter|reaver)\s{_FEW}(?:dinheiro|reembolso|valor)\b",
    rf"receberá\s{_FEW}(?:dinheiro|reembolso|valor)\b",
    rf"(?:vamos|iremos|vou|irei)\s{_FEW}(?:devolver|reembolsar|estornar|anular|cancelar|creditar)\b",
)
_ITALIAN = (
    r"(?:denaro|soldi|rimborso)\s(?:è|sono)\s(?:già\s)?"
    r"(?:in arrivo|in corso|partit\w|in viaggio|per strada|confermat\w)",
    rf"(?:addebito|pagamento|importo|somma|spesa)\s(?:sarà|verrà|è stat[oa])\s{_FEW}"
    r"(?:stornat|rimborsat|annullat|accreditat|restituit|riaccreditat)\w\b",
    rf"(?:riceverà|riceverai|avrà|avrai|riavrà|riavrai)\s{_FEW}(?:denaro|soldi|rimborso|importo)\b",
    rf"(?:abbiamo|ho)\s{_FEW}(?:rimborsat|stornat|annullat|accreditat|restituit|disdett)\w\b",
    r"(?:storneremo|riaccrediteremo|annulleremo|ridaremo)\b",
)
_DUTCH = (
    rf"(?:we|wij|ik)\s(?:betalen|betaal|storten|stort|boeken|boek|geven|geef|draaien|draai)\s{GAP}\bterug\b",
    r"(?:geld|bedrag|terugbetaling)\sis\s(?:al\s)?(?:onderweg|goedgekeurd|bevestigd|in gang gezet)\b",
    rf"(?:afschrijving|betaling|bedrag|incasso|kosten)\s(?:wordt|worden|is|zijn|werd|werden)\s{GAP}\b"
    r"(?:teruggedraaid|terugbetaald|teruggestort|teruggeboekt|gestorneerd|vergoed|bijgeschreven)\b",
    rf"(?:we|wij|ik)\s(?:hebben|heb|zullen|zal|gaan|ga)\s{GAP}\b(?:terugbetaald|terugbetalen|teruggestort|terugstorten"
    r"|teruggedraaid|terugdraaien|teruggeboekt|terugboeken|vergoed|vergoeden|geannuleerd|opgezegd)\b",
    rf"(?:u|je)\s(?:krijgt|ontvangt)\s{GAP}\b(?:geld|bedrag|terugbetaling)\b",
)
_POLISH = (
    rf"(?:otrzyma|otrzymają|otrzymasz|dostanie|dostaniesz|dostaną|odzyska|odzyskają|odzyskasz)\s{_FEW}"
    r"(?:pieniądze|zwrot|kwotę|środki)\b",
    r"(?:pieniądze|środki|zwrot)\s(?:są|jest)\s(?:już\s)?(?:w drodze|w trakcie|zatwierdzon\w+|potwierdzon\w+)",
    r"(?:zwróciliśmy|zwróciłem|zwróciłam|oddaliśmy|oddamy|cofnęliśmy|cofniemy|przelejemy|przelaliśmy|anulujemy)\b",
    rf"(?:opłata|płatność|kwota|obciążenie|suma)\s(?:zostanie|została|zostało|będzie)\s{_FEW}"
    r"(?:cofnięt|zwrócon|anulowan|zaksięgowan|oddan|wycofan)\w+",
    rf"(?:subskrypcja|abonament|zamówienie|umowa)\s(?:jest|został|została|zostało|zostanie)\s{_FEW}"
    r"(?:anulowan|wypowiedzian|odwołan)\w+",
)
_TURKISH = (
    r"(?:paranız|iadeniz|ücretiniz|tutar)\s(?:\w+\s){0,3}(?:yolda|yola çıktı|ulaşacak\w*)",
    r"(?:tahsilat|ödeme|tutar|ücret|çekim|abonelik)\w*\s(?:\w+\s){0,4}"
    r"(?:iptal edilecek|iptal edildi|geri alınacak|yatırılacak|yatırıldı)\w*",
    r"(?:paranızı|tutarı|ücreti|iadenizi)\s(?:\w+\s){0,4}"
    r"(?:vereceğiz|veriyoruz|ödeyeceğiz|ödüyoruz|göndereceğiz|gönderdik|yatıracağız|yatırdık|alacaksınız|alırsınız)\b",
)
_ARABIC = (
    r"(?:ستحصل|ستحصلون|ستتلقى|ستستلم|ستصلك)\s(?:على\s)?(?:\w+\s){0,3}?(?:أموالك|مالك|المال|المبلغ|استرداد|نقودك)",
    r"(?:أموالك|المبلغ|نقودك|المال)\s(?:\w+\s){0,2}?في (?:ال)?طريق\w*",
    r"(?:سيتم|تم|جرى)\s(?:إلغاء|رد|إرجاع|إعادة|إضافة|عكس|تحويل)\s(?:\w+\s)?"
    r"(?:الرسوم|المبلغ|الخصم|الدفعة|أموالك|العملية|اشتراك\w*)",
    r"(?:سيضاف|سيُضاف|سيعود|سيصل|سيرجع|سيُحوَّل)\s(?:المبلغ|المال|إليك|إلى حسابك)",
    r"استرداد\s(?:أموالك|المبلغ|مبلغك|نقودك)\s(?:قيد|جار|في|مؤكد)",
    r"(?:أعدنا|رددنا|أرجعنا|حولنا|حوّلنا)\s(?:لك|إليك|المبلغ|أموالك)",
)
PROMISE_SHAPES: tuple[str, ...] = (
    *(*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_PORTUGUESE),
    *(*_ITALIAN, *_DUTCH, *_POLISH, *_TURKISH, *_ARABIC),
    r"(?:is|are|was|were|been|being|will be|get|got)\s(?:\w+\s)?"
    r"(?:refunded|reimbursed|credited|waived|repaid|compensated)\b",
    # Offers of a discount.
    r"(?:\d+\s?%|\w+ percent) (?:off|discount)",
    r"(?:here is|use|enter) (?:your |the |this )?(?:voucher|discount|coupon|promo) ?code [A-Z0-9-]{4,}",
)

# What a reply says of money that comes back or of a contract that ends, promise or not: the beginnings of words.
_SPEAKS_OF = (
    *(
        "refund",
        "reimburs",
        "money",
        "credited",
        "chargeback",
        "cancel",
        "waive",
        "compensat",
        "repa(?:y|id)",
        "revers",
    ),
    *(
        "back to (?:you|the) ",
        "(?:paid|pay|send|sent|get|getting|give|given|receive|returned?)\\b[^.]{0,60}\\b(?:back|to you)\\b",
    ),
    *(
        "erstatt",
        "rückerstatt",
        "zurück(?:er|ge|zahl|über|buch)",
        "rückzahl",
        "rückgängig",
        "gutschr",
        "gutgeschr",
        "geld",
    ),
    *("storn", "gekündigt", "kündig", "(?:erhalten|bekommen|zahlen|überweisen|geben)\\b[^.]{0,60}\\bzurück\\b"),
    *(
        "rembours",
        "résili",
        "annul",
        "argent",
        "restitu",
        "rendrons",
        "rendu",
        "renvoy",
        "récupér",
        "recrédit",
        "revers",
    ),
    *(
        "reembols",
        "devol",
        "devuel",
        "dinero",
        "cancel",
        "anul",
        "abonad",
        "abonar",
        "reintegr",
        "de vuelta",
        "recuper",
    ),
    *(
        "dinheiro",
        "estorn",
        "de volta",
        "reaver",
        "rimbors",
        "stornat",
        "denaro",
        "soldi",
        "accredit",
        "restitu",
        "disdett",
    ),
    *("indietro", "terug(?:be|ge|st|bo|dr)", "geld", "vergoed", "opgezegd", "opzegg", "geannul", "annuler", "gestorn"),
    *(
        "(?:krijgt|ontvangt|betalen|storten)\\b[^.]{0,60}\\bterug\\b",
        "zwr[oó][tc]",
        "zwróc",
        "pieniądz",
        "odda",
        "odesła",
        "odzysk",
    ),
    *(
        "cofn",
        "anulow",
        "wypowie",
        "iade",
        "para(?:n|m|s)",
        "geri",
        "iptal",
        "yatır",
        "استرد",
        "استرداد",
        "ستسترد",
        "أموال",
    ),
    *("المبلغ", "إلغاء", "ألغي", "سيعاد", "سنعيد", "سنرد", "أعدنا", "أرسلنا", "نعيد", "المال"),
)
SPEAKS_OF_MONEY_BACK = rf"(?:{'|'.join(_SPEAKS_OF)})"
