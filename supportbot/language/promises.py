"""Words that promise money or a decision, in the ten languages, as data. "…" stands for any short run of words.

A statement of how things go ("refunds go back to the card you paid with") is no promise; that it will happen is one.
"""

_ENGLISH = (
    *("approved", "guarantee", "guaranteed", "guarantees", "we promise", "i promise"),
    *(
        f"{thing}{done} {verb}"
        for thing in ("refund", "request", "money", "amount", "payment", "charge", "it", "this", "claim", "fee")
        for done in (" has been", " have been", " will be", "'ll be", " is being", " is", " was")
        for verb in (
            *("refunded", "approved", "credited", "reimbursed", "issued", "processed", "granted", "waived"),
            *("initiated", "authorised", "authorized", "accepted", "returned to you", "sent back"),
        )
    ),
    *(
        f"{who} {verb}"
        for who in (
            "we will",
            "we'll",
            "we have",
            "we've",
            "i will",
            "i'll",
            "i have",
            "i've",
            "we are",
            "we're",
            "i am",
        )
        for verb in (
            *("refund", "refunded", "refunding", "reimburse", "reimbursed", "credit", "credited", "cancelled"),
            *("canceled", "return your money", "issue a refund", "issued a refund", "process your refund"),
            *("processed your refund", "waive", "waived", "compensate", "pay you back", "give you a refund"),
            *("send your money back", "send you your money", "give you your money", "granted", "pay you", "accepted"),
        )
    ),
    *(
        f"you{will} {verb}"
        for will in (" will", "'ll", " are going to", " shall")
        for verb in (
            *("be refunded", "be reimbursed", "be credited", "get your money back", "get a refund"),
            *("get a full refund", "receive a refund", "receive your refund", "receive a full refund"),
            *("receive your money back", "get it back", "not be charged", "be compensated", "have your money back"),
        )
    ),
    *("you get your money back", "you have been refunded", "you've been refunded", "your money back within"),
    *("is on its way back to you", "are on their way back", "your refund is on its way", "refund is confirmed"),
    *("refund confirmed", "refund is complete", "refund complete", "refund is underway", "money is on its way"),
    *("your subscription has been cancelled", "your plan has been cancelled", "your order has been cancelled"),
    *("your subscription is cancelled", "your plan is cancelled", "your order is cancelled", "is now cancelled"),
    *("cancellation is confirmed", "cancellation confirmed", "full refund within", "money back guarantee"),
    *("refund you", "refunding you", "reimburse you", "you are entitled to …", "you're entitled to …", "we owe you"),
    *("you have won", "you've won", "happy to refund", "agree to refund", "agreed to refund", "free of charge for you"),
)
_GERMAN = (
    *("genehmigt", "bewilligt", "garantiert", "garantieren", "wir versprechen", "ich verspreche"),
    *("wir erstatten", "ich erstatte", "erstatten wir", "erstatten ihnen", "erstatte ihnen", "wir … zurück erstatten"),
    *("wird … erstattet", "werden … erstattet", "wurde … erstattet", "wurden … erstattet", "wir … erstatten"),
    *("wird … zurückerstattet", "wurde … zurückerstattet", "wird … gutgeschrieben", "wurde … gutgeschrieben"),
    *(
        "werden … gutgeschrieben",
        "wir … zurücküberweisen",
        "überweisen wir …",
        "wir überweisen …",
        "wir zahlen ihnen …",
    ),
    *("sie bekommen ihr geld …", "sie erhalten ihr geld …", "sie bekommen … zurück", "sie erhalten … zurück"),
    *("sie erhalten eine erstattung", "sie bekommen eine erstattung", "sie erhalten … erstattung", "ihr geld zurück"),
    *("wir schreiben … gut", "wird … storniert", "wurde … storniert", "ist … storniert", "ist gekündigt"),
    *("wurde gekündigt", "haben wir gekündigt", "haben wir storniert", "kündigung ist bestätigt", "wir erlassen …"),
    *("wurde … veranlasst", "haben … veranlasst", "steht ihnen zu", "haben sie gewonnen"),
)
_FRENCH = (
    *(
        "approuvé",
        "approuvée",
        "approuvés",
        "garanti",
        "garantie",
        "garantissons",
        "nous promettons",
        "je vous promets",
    ),
    *("vous rembourse", "vous remboursons", "vous rembourserons", "vous rembourserai", "allons … rembourser"),
    *("sera remboursé", "sera remboursée", "seront remboursés", "serez remboursé", "serez remboursée"),
    *("a été remboursé", "a été remboursée", "est remboursé", "est remboursée", "avez été remboursé"),
    *(
        "remboursement est accepté",
        "remboursement est accordé",
        "remboursement est validé",
        "remboursement est confirmé",
    ),
    *("remboursement a été …", "recevrez un remboursement", "recevrez votre remboursement", "recevrez … remboursement"),
    *("récupérerez votre argent", "votre argent vous …", "sera crédité", "sera créditée", "a été crédité"),
    *("créditerons", "vous recréditons", "vous dédommag…", "abonnement est résilié", "abonnement a été résilié"),
    *("abonnement est annulé", "abonnement a été annulé", "commande a été annulée", "commande est annulée"),
    *("résiliation est confirmée", "vous avez droit à …", "nous vous devons", "vous avez gagné"),
)
_SPANISH = (
    *("aprobado", "aprobada", "garantizado", "garantizada", "garantizamos", "le prometemos", "te prometemos"),
    *("le reembolsaremos", "te reembolsaremos", "le reembolsamos", "te reembolsamos", "vamos a reembolsar…"),
    *("reembolsaremos", "devolveremos", "le devolvemos", "te devolvemos", "vamos a devolver…", "le hemos devuelto"),
    *("hemos reembolsado", "será reembolsado", "será reembolsada", "ha sido reembolsado", "se le reembolsará"),
    *("se te reembolsará", "se le devolverá", "se te devolverá", "recibirá un reembolso", "recibirás un reembolso"),
    *(
        "recibirá su reembolso",
        "recibirás tu reembolso",
        "recibirá su dinero",
        "recibirás tu dinero",
        "recibirá … reembolso",
    ),
    *(
        "reembolso está confirmado",
        "reembolso ha sido …",
        "será abonado",
        "se le abonará",
        "abonaremos",
        "acreditaremos",
    ),
    *("suscripción ha sido cancelada", "suscripción está cancelada", "pedido ha sido cancelado", "hemos cancelado"),
    *("cancelación está confirmada", "tiene derecho a …", "tienes derecho a …", "le debemos", "ha ganado"),
)
_PORTUGUESE = (
    *("aprovado", "aprovada", "garantido", "garantida", "garantimos", "prometemos"),
    *("iremos reembolsar", "vamos reembolsar…", "reembolsaremos", "reembolsamos", "será reembolsado"),
    *(
        "será reembolsada",
        "serão reembolsados",
        "foi reembolsado",
        "foi reembolsada",
        "devolveremos",
        "vamos devolver…",
    ),
    *("receberá um reembolso", "receberá o reembolso", "receberá o seu reembolso", "receberá seu reembolso"),
    *(
        "receberá … reembolso",
        "receberá o seu dinheiro",
        "receberá seu dinheiro",
        "receberá o dinheiro",
        "será creditado",
    ),
    *("será creditada", "creditaremos", "reembolso foi …", "reembolso está confirmado", "reembolso está a caminho"),
    *("assinatura foi cancelada", "assinatura está cancelada", "subscrição foi cancelada", "pedido foi cancelado"),
    *("encomenda foi cancelada", "cancelamento está confirmado", "cancelámos", "tem direito a …", "nós lhe devemos"),
)
_ITALIAN = (
    *("approvato", "approvata", "garantito", "garantita", "garantiamo", "le promettiamo", "ti promettiamo"),
    *("rimborseremo", "le rimborsiamo", "ti rimborsiamo", "la rimborseremo", "verrà rimborsato", "verrà rimborsata"),
    *("sarà rimborsato", "sarà rimborsata", "è stato rimborsato", "è stata rimborsata", "abbiamo rimborsato"),
    *("riceverà un rimborso", "riceverai un rimborso", "riceverà il rimborso", "riceverai il rimborso"),
    *("riceverà … rimborso", "riavrà i suoi soldi", "riavrai i tuoi soldi", "restituiremo", "verrà accreditato"),
    *("sarà accreditato", "accrediteremo", "rimborso è confermato", "rimborso è stato …", "rimborso è in arrivo"),
    *("abbonamento è stato annullato", "abbonamento è annullato", "abbonamento è stato disdetto"),
    *("ordine è stato annullato", "disdetta è confermata", "abbiamo annullato", "ha diritto a …", "hai diritto a …"),
)
_DUTCH = (
    *("goedgekeurd", "gegarandeerd", "garanderen", "wij beloven", "we beloven"),
    *("wij betalen … terug", "we betalen … terug", "betalen wij … terug", "betalen we … terug", "wordt terugbetaald"),
    *(
        "wordt … terugbetaald",
        "is terugbetaald",
        "hebben … terugbetaald",
        "zullen … terugbetalen",
        "terugbetalen aan u",
    ),
    *("wij vergoeden", "we vergoeden", "wordt vergoed", "wordt … vergoed", "u krijgt uw geld …", "je krijgt je geld …"),
    *("u ontvangt een terugbetaling", "u krijgt een terugbetaling", "u ontvangt … terug", "u krijgt … terug"),
    *("je krijgt … terug", "wordt … bijgeschreven", "wij storten … terug", "we storten … terug", "wordt teruggestort"),
    *("terugbetaling is bevestigd", "terugbetaling is onderweg", "abonnement is opgezegd", "abonnement is geannuleerd"),
    *(
        "bestelling is geannuleerd",
        "opzegging is bevestigd",
        "u heeft recht op …",
        "u hebt recht op …",
        "wij schelden …",
    ),
)
_POLISH = (
    *("zatwierdzony", "zatwierdzona", "zatwierdzone", "zaakceptowany", "gwarantujemy", "gwarantowany", "obiecujemy"),
    *("zwrócimy", "zwracamy państwu …", "zwracamy ci …", "oddamy …", "zostanie zwrócona", "zostanie zwrócony"),
    *("zostaną zwrócone", "została zwrócona", "został zwrócony", "otrzyma pan zwrot…", "otrzyma pani zwrot…"),
    *("otrzymają państwo zwrot…", "otrzymasz zwrot…", "dostaniesz zwrot…", "otrzyma … zwrot", "otrzymają … zwrot"),
    *("dostaniesz pieniądze …", "odzyska pan …", "odzyska pani …", "odzyskają państwo …", "odzyskasz …"),
    *("zrefundujemy", "zostanie uznane", "zwrot jest potwierdzony", "zwrot został …", "zwrot jest w drodze"),
    *("subskrypcja została anulowana", "abonament został anulowany", "zamówienie zostało anulowane", "anulowaliśmy"),
    *("rezygnacja jest potwierdzona", "przysługuje państwu …", "przysługuje panu …", "przysługuje pani …"),
)
_TURKISH = (
    *("onaylandı", "onaylanmıştır", "onayladık", "garanti ediyoruz", "garantidir", "garantili", "söz veriyoruz"),
    *(
        "iade edeceğiz",
        "iade edilecek",
        "iade edilecektir",
        "iade edildi",
        "iade edilmiştir",
        "iade ettik",
        "iade ediyoruz",
    ),
    *(
        "geri ödeyeceğiz",
        "geri ödenecek",
        "geri ödenecektir",
        "geri ödendi",
        "geri ödeme yapacağız",
        "iade alacaksınız",
    ),
    *("geri ödeme alacaksınız", "paranızı geri …", "paranız iade …", "hesabınıza yatırılacak…", "iadeniz yolda"),
    *("iadeniz tamamlandı", "aboneliğiniz iptal edildi", "siparişiniz iptal edildi", "iptal ettik", "iptaliniz onay…"),
    *("hakkınız var", "kazandınız"),
)
_ARABIC = (
    *("تمت الموافقة", "تم الموافقة", "وافقنا", "نوافق على", "نضمن", "مضمون", "مضمونة", "نعدك", "نعدكم"),
    *("سنعيد", "سنرد", "سيعاد", "ستعاد", "سيُعاد", "ستُعاد", "سيتم رد", "سيتم إرجاع", "سيتم استرداد", "سيتم إعادة"),
    *("ستسترد", "ستستعيد", "ستحصل على استرداد", "ستحصل على المبلغ", "ستتلقى المبلغ", "تم استرداد", "تم رد المبلغ"),
    *(
        "تمت إعادة المبلغ",
        "أعدنا",
        "نعيد إليك",
        "نعيد لك",
        "نرد لك",
        "سنعوضك",
        "سيُرد",
        "سيرد المبلغ",
        "تم إلغاء اشتراكك",
    ),
    *("تم إلغاء طلبك", "ألغينا", "يحق لك استرداد", "لقد ربحت"),
)
PROMISES: tuple[str, ...] = (
    *_ENGLISH,
    *_GERMAN,
    *_FRENCH,
    *_SPANISH,
    *_PORTUGUESE,
    *_ITALIAN,
    *_DUTCH,
    *_POLISH,
    *_TURKISH,
    *_ARABIC,
)
