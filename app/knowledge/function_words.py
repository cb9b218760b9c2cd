"""The small words that carry grammar, not content: they tell which language a text is in, and are not searched for.

Only languages in Latin script stand here: elsewhere the script already tells which stemmer to take.
Keys are the names of Snowball's stemmers; words are case-folded, written as their language writes them.
"""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "english": """
            a about above after again against ain all also am an and any are aren aren't as at be because been before
            being below between both but by can can't cannot could couldn couldn't d did didn didn't do does doesn
            doesn't doing don don't down during each etc few for from further had hadn hadn't has hasn hasn't have
            haven haven't having he he'd he'll he's her here here's hers herself him himself his how how's i i'd i'll
            i'm i've if in into is isn isn't it it'd it'll it's its itself just let's ll me more most mustn mustn't my
            myself no nor not now of off on once only or other ought our ours ourselves out over own re s same shan
            shan't she she'd she'll she's should should've shouldn shouldn't so some such t than that that'll that's
            the their theirs them themselves then there there's these they they'd they'll they're they've this those
            through to too under until up ve very was wasn wasn't we we'd we'll we're we've were weren weren't what
            what's when when's where where's which while who who's whom why why's will with won won't would wouldn
            wouldn't you you'd you'll you're you've your yours yourself yourselves""",
        "german": """
            aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus
            bei beim bin bis bist da damit dann das dass dasselbe daß dazu dein deine deinem deinen deiner dem den
            denn der des dessen deren derselbe dich die dies diese diesem diesen dieser dieses dir doch dort du durch
            ein eine einem einen einer eines einige er es etwas euch euer eure für gegen gewesen hab habe haben hat
            hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist jede
            jedem jeden jeder jedes jene jetzt kann kein keine keinem keinen keiner können könnte machen man mein
            meine meinem meinen meiner mich mir mit muss musste müssen nach nicht nichts noch nun nur ob oder ohne
            sehr sein seine seinem seinen seiner seit selbst sich sie sind so solche soll sollte sondern sonst um und
            uns unser unsere unter vom von vor war waren warum was weg weil welche welchem welchen welcher welches
            wenn werde werden wer wie wieder wieviel will wir wird wirst wo wollen worden wurde wurden während würde
            würden zu zum zur zwar zwischen über""",
        "dutch": """
            aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een eens en er
            ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je kan kon
            kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op over
            reeds te tegen toch toen tot u uit uw van veel voor waar waren waarom was wat welke werd wezen wie wij wil
            worden wordt zal ze zelf zich zij zijn zo zonder zou""",
        "swedish": """
            alla allt att av blev bli blir de dem den denna deras dess det detta dig din ditt du där då efter ej eller
            en er ett från för ha hade han hans har hennes hon honom hos hur här i icke inom inte jag kan kunde man
            med mellan men mig min mot mycket ni nu när någon något några och om oss på samma sedan sig sin ska skulle
            som så till under upp ut utan vad var vara varför varit vem vi vid vilka vilken vilket vår är åt över""",
        "danish": """
            af alle alt at blev blive bliver da de dem den denne der deres det dette dig din du efter eller en end er
            et for fra få ham han hans har havde hende hendes her hos hun hvad hvem hvilken hvis hvor hvordan hvorfor
            i ikke ind jeg jer kan kunne man mange med meget men mig min mod må ned noget nogle nu når og også om op
            os over på selv sig sin skal skulle som sådan til ud under var vi vil ville vor være været""",
        "norwegian": """
            alle at av ble bli blir både da de dem den denne der deres det dette deg din du eller en enn er et ett
            etter for fra få før gjennom ha hadde han hans har henne hennes her hos hun hva hvem hvilken hvis hvor
            hvordan hvorfor i ikke inn ja jeg kan kom kunne man mange med meg mellom men min mot må ned noe noen nå
            når og også om opp oss over på så seg selv sin skal skulle som til under ut uten var vi ved vil ville vår
            være vært""",
        "french": """
            a ai alors as au aucun aussi autre aux avait avant avec avez avoir avons c ce ceci cela celle celui ces
            cet cette ceux chaque comme comment d dans de depuis des donc dont du elle elles en encore entre es est et
            eux fait faut font il ils j je l la le les leur leurs lors lui m ma mais me mes moi moins mon même n ne
            nos notre nous on ont ou où par parce pas pendant peu peut plus pour pourquoi qu quand que quel quelle
            quelles quels qui quoi s sa sans se sera ses si son sont sous suis sur t ta te tes toi ton tous tout toute
            toutes tu un une va vers vos votre vous y à été êtes être""",
        "spanish": """
            a al algo algunas algunos ante antes aquel como con contra cual cuales cualquier cuando cuál cuáles cuándo
            cuánto cuánta cuántas cuántos cómo de del desde donde durante dónde e el ella ellas ellos en entre era
            eran es esa esas ese eso esos esta estaba estar estas este esto estos está están fue fueron ha haber había
            hace hacia han hasta hay he la las le les lo los me mi mis mucho muchos muy más mí nada ni no nos nosotros
            o os otra otras otro otros para pero poco por porque puede pueden pues que quien quienes quién quiénes qué
            se sea ser si sin sobre son su sus sí también tanto te tiene tienen todo todos tu tus tú un una unas uno
            unos usted y ya yo él""",
        "portuguese": """
            a ao aos aquela aquele aqueles aquilo as até cada com como contra cuja cujo da das de dela delas dele
            deles depois desde do dos e ela elas ele eles em entre era eram essa essas esse esses esta estas este
            estes está estão eu foi foram for há isso isto já lhe lhes mais mas me mesmo meu meus minha minhas muito
            muitos na nas nem no nos nossa nosso não nós num numa o onde os ou para pela pelas pelo pelos pode podem
            por porque qual quais quando quanto que quem se sem ser será seu seus sobre sua suas são só também te tem
            tinha todo todos tu têm um uma umas uns vai você vocês à às é""",
        "italian": """
            a abbiamo ad agli ai al alla alle allo anche avere aveva c che chi ci come con contro cosa così cui d da
            dagli dai dal dalla dalle dallo degli dei del dell della delle dello deve di do dopo dove e ed era erano
            essere fra fu gli ha hai hanno ho i il in io l la le lei li lo loro lui ma me mi mia mie mio miei molto ne
            negli nei nel nella nelle nello noi non nostra nostro o ogni per perché perchè più può qual quale quali
            quando quanti quanto quasi quella quelle quelli quello questa queste questi questo se sei senza si siamo
            sia sono sta stata stato su sua sue sui sul sulla sulle sullo suo suoi tra tu tua tuo tutti tutto un una
            uno vi voi è""",
        "romanian": """
            a acea aceasta această aceste acest acesta acum ai aici al ale am ar are asupra au avea ca care ce cel
            cele cine cu cum când cât câți că da dacă dar de deci decât despre din dintre doar după ea ei el ele era
            este eu fi fie fost fără iar ii il in între la le lor lui lângă mai mea mei meu mi mult ne nici niște noi
            nostru nu o ori pe pentru poate prin sa sale sau se spre sub sunt să său te toate tot tu un unde unei unor
            unui va voi vor vă și îl îi în își într""",
        "finnish": """
            ei eivät ennen että he hän häntä ilman itse ja jo jonka jos joka jossa jotka kanssa kaikki kanssa kautta
            ketkä koska kuin kuinka kuka kun kyllä me mikä miksi milloin minkä minun minä missä mitkä mitä mukaan
            mutta myös ne niiden niin noin nuo nyt näin nämä ole olen olet oli olivat olla on onko ovat pois päälle se
            sekä sen siinä sinä sitä tai te tämä tämän tässä vaan vai vain vielä voi voidaan voiko voivat yli""",
        "hungarian": """
            a ahhoz ahogy ahol aki akik akkor alatt amely amelyek ami amikor annak arra az azok azt azért be csak de e
            egy egyes ehhez ekkor el ellen elő első ennek erre ez ezek ezen ezt ezért fel felé ha hanem hogy hogyan
            hol igen illetve is ki kell keresztül későbbiekben közben között le lehet lenne lesz lett ma maga meg
            melyik mert mi miért mikor milyen mint mit mivel mégis míg nagyon ne nekem nem nincs nélkül ott pedig s
            sem számára szerint és így ön össze után utána vagy vagyok van vannak volna volt voltak által át én ő ők
            őket""",
        "turkish": """
            acaba ama ancak aslında az bana bazı belki ben beni benim beri bile bir biri birkaç biz bize bizim bu buna
            bunda bundan bunlar bunu bunun burada da daha de defa değil diye dolayı eğer en gibi göre hangi hem hep
            hepsi her hiç için içinde ile ise işte kadar kaç ki kim kimin kime mi mu mı mü nasıl ne neden nedir nerede
            nereye niçin niye o olan olarak oldu olduğu olduğunu olması olur ona ondan onlar onu onun orada oysa
            sadece sana sanki sen senin siz size sizin sonra tarafından tüm var ve veya ya yani yapılan yerine yine
            yok çok çünkü üzere şey şu""",
        "indonesian": """
            ada adalah agar akan anda antara apa apakah atau bagaimana bagi bahwa banyak beberapa belum bisa boleh
            dalam dan dapat dari dengan di dia hanya harus hingga ia ini itu jika juga kami kapan karena ke kepada
            ketika kita lebih maka mana masih melalui mengapa menjadi mereka namun oleh pada para saat saja sampai
            sangat saya sebagai sebuah secara sedang seperti serta setelah siapa suatu sudah telah tentang terhadap
            tersebut tetapi tidak untuk yang""",
        "polish": """
            a aby ale ani bardzo bez bo był była było były by być co czy czyli dla do gdy gdzie go i ich ile im innych
            ja jak jaka jaki jakie jako je jednak jego jej jest jestem jeszcze jeśli już każdy kiedy kto która które
            którego której który których którzy lub ma mam mi mnie moja może można mój na nad nam nas nie niego niej
            nich nim o od on ona one oni oraz po pod poza przed przez przy się są ta tak także tam te tego tej ten to
            tu tych tylko tym u w we wszystkie wszystko z za ze że żeby""",
        "czech": """
            a aby ale ani ano asi až bez bude budou by byl byla bylo byly být co což či do ho i já jak jako je jeho
            jej její jejich jen jenž ještě ji jsem jsi jsme jsou již k kam kde kdo kdy když která které který kteří ke
            lze ma mezi mi mít může my má mě mu musí na nad nebo nebyl než nic není o od on ona oni po pod podle pokud
            pouze pro proč proto protože před při s se si sice své svůj ta tak také tato te tedy ten tento této tím to
            toho tohoto tom tomto tu ty tyto u už v ve více však vy z za zda ze že""",
    }.items()
}
