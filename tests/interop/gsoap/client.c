/* A gestionale in miniature with gSOAP and its WSSE plugin.
 *
 *   client TEST [--sha256] [--altera]
 *   client S001 FILE.gz [--sha256]
 *
 * gSOAP carries WSDL, envelope, TLS; the plugin makes Timestamp, BinarySecurityToken and the signatures; OpenSSL reads the .p12 and makes the PKCS#7. Settings are in the environment (see
 * ../prepara.sh). Prints one JSON object. costruisci.sh generates soapH.h and compiles.
 */
#define _GNU_SOURCE /* memmem */
#include "soapH.h"
#include "TestConnBinding.nsmap"
#include "wsseapi.h"
#include <libgen.h>
#include <openssl/cms.h>
#include <openssl/pkcs12.h>
#include <sys/time.h>

#define VALIDITA 300 /* seconds of Timestamp and assertion */
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define NUOVO(tipo) soap_new_##tipo(soap, 1)

/* What a .p12 holds. The postazione is the certificate's CN, the Comune its first six digits. */
struct identita {
    EVP_PKEY *chiave;
    X509 *certificato;
    char postazione[32];
    char comune[7];
};

static void muori(const char *perche)
{
    fprintf(stderr, "client: %s\n", perche);
    exit(2);
}

static const char *ambiente(const char *nome)
{
    const char *valore = getenv(nome);
    if (!valore)
        muori(nome);
    return valore;
}

static struct identita apri(const char *file, const char *password)
{
    struct identita chi = { 0 };
    FILE *f = fopen(file, "rb");
    PKCS12 *p12 = f ? d2i_PKCS12_fp(f, NULL) : NULL;
    if (!p12 || !PKCS12_parse(p12, password, &chi.chiave, &chi.certificato, NULL))
        muori("il .p12 non si apre");
    fclose(f);
    PKCS12_free(p12);
    X509_NAME_get_text_by_NID(X509_get_subject_name(chi.certificato), NID_commonName, chi.postazione, sizeof chi.postazione);
    snprintf(chi.comune, sizeof chi.comune, "%.6s", chi.postazione);
    return chi;
}

/* base64 of the PKCS#7 (content attached) over the postazione's id. It never changes: make it once, keep it. */
static char *postazione_firmata(struct soap *soap, const struct identita *chi)
{
    BIO *id = BIO_new_mem_buf(chi->postazione, -1);
    /* Binary, or the content would gain MIME line ends; no CMS_DETACHED: the content stays inside. */
    CMS_ContentInfo *cms = CMS_sign(chi->certificato, chi->chiave, NULL, id, CMS_BINARY);
    unsigned char *der = NULL;
    int lungo = i2d_CMS_ContentInfo(cms, &der);
    char *testo = soap_s2base64(soap, der, NULL, lungo);
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(id);
    return testo;
}

/* gSOAP's saml2.h keeps instants as struct timeval and writes them in UTC. */
static struct timeval *istante(struct soap *soap, time_t secondi)
{
    struct timeval *p = (struct timeval *)soap_malloc(soap, sizeof *p);
    p->tv_sec = secondi;
    p->tv_usec = 0;
    return p;
}

/* The assertion's own signature. soap_wsse_sign_saml2 would do it in one call, but it names the transforms in the wrong
 * order (C14N, then enveloped-signature), which no verifier can follow: here the plugin's parts, the right way round. */
static void firma_asserzione(struct soap *soap, struct saml2__AssertionType *s, const struct identita *chi, int alg)
{
    int impronta = SOAP_SMD_DGST | (alg & SOAP_SMD_HASH);
    unsigned char digest[EVP_MAX_MD_SIZE];
    const char *canonica = NULL;
    char uri[64];
    s->ID = soap_strdup(soap, soap_rand_uuid(soap, "_"));
    snprintf(uri, sizeof uri, "#%s", s->ID);

    /* Into memory, in exclusive C14N: these are the bytes to digest. */
    soap->os = &canonica;
    short versione = soap->version;
    soap->version = 0;
    if (soap_begin_send(soap) || soap_out_saml2__AssertionType(soap, "saml2:Assertion", 0, s, "") || soap_end_send(soap))
        muori("l'asserzione non si scrive");
    soap->os = NULL;
    soap->version = versione;
    EVP_Digest(canonica, strlen(canonica), digest, NULL, alg == SOAP_SMD_SIGN_RSA_SHA256 ? EVP_sha256() : EVP_sha1(), NULL);

    if (soap_wsse_add_SignedInfo_Reference(soap, uri, 1, EXC_C14N, NULL, impronta, (char *)digest))
        muori("l'asserzione non si firma");
    ds__TransformType *t = soap_wsse_SignedInfo(soap)->Reference[0]->Transforms->Transform;
    char *prima = t[0].Algorithm;
    t[0].Algorithm = t[1].Algorithm;
    t[1].Algorithm = prima;
    if (soap_wsse_add_SignatureValue(soap, alg, chi->chiave, 0)
        || soap_wsse_add_KeyInfo_X509Certificate(soap, chi->certificato))
        muori("l'asserzione non si firma");
    s->ds__Signature = soap_wsse_Signature(soap);
}

static struct saml2__AssertionType *asserzione(struct soap *soap, const struct identita *chi, int alg)
{
    time_t da = time(NULL), a = da + VALIDITA;
    /* NULL: without a wsu:Id, or the plugin would sign it with the message as well. */
    struct saml2__AssertionType *s = soap_wsse_add_saml2(soap, NULL);
    s->IssueInstant = *istante(soap, da);
    s->saml2__Issuer = NUOVO(saml2__NameIDType);
    s->saml2__Issuer->__item = "XS";

    struct saml2__SubjectConfirmationType *conferma = NUOVO(saml2__SubjectConfirmationType);
    conferma->Method = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    conferma->saml2__SubjectConfirmationData = NUOVO(saml2__SubjectConfirmationDataType);
    conferma->saml2__SubjectConfirmationData->NotBefore = istante(soap, da);
    conferma->saml2__SubjectConfirmationData->NotOnOrAfter = istante(soap, a);
    s->saml2__Subject = NUOVO(saml2__SubjectType);
    s->saml2__Subject->saml2__NameID = NUOVO(saml2__NameIDType);
    s->saml2__Subject->saml2__NameID->Format = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    s->saml2__Subject->saml2__NameID->__item = (char *)ambiente("ANPR_OPERATORE");
    s->saml2__Subject->__sizeSubjectConfirmation = 1;
    s->saml2__Subject->saml2__SubjectConfirmation = conferma;

    s->saml2__Conditions = NUOVO(saml2__ConditionsType);
    s->saml2__Conditions->NotBefore = istante(soap, da);
    s->saml2__Conditions->NotOnOrAfter = istante(soap, a);

    struct saml2__AuthnStatementType *accesso = NUOVO(saml2__AuthnStatementType);
    accesso->AuthnInstant = *istante(soap, da);
    accesso->SessionNotOnOrAfter = istante(soap, a);
    accesso->saml2__SubjectLocality = NUOVO(saml2__SubjectLocalityType);
    accesso->saml2__SubjectLocality->Address = "192.0.2.10";
    accesso->saml2__AuthnContext = NUOVO(saml2__AuthnContextType);
    accesso->saml2__AuthnContext->saml2__AuthnContextClassRef = "";

    const char *attributi[][2] = {
        { "IdSede", chi->comune },
        { "IdPostazione", chi->postazione },
        { "IdPostazioneFirmato", postazione_firmata(soap, chi) },
        { "IdApplicazione", "12345" },
    };
    int quanti = sizeof attributi / sizeof *attributi;
    struct saml2__AttributeStatementType *elenco = NUOVO(saml2__AttributeStatementType);
    elenco->__size_AttributeStatementType = quanti;
    elenco->__union_AttributeStatementType = soap_new___saml2__union_AttributeStatementType(soap, quanti);
    for (int i = 0; i < quanti; i++) {
        struct saml2__AttributeType *x = NUOVO(saml2__AttributeType);
        x->Name = (char *)attributi[i][0];
        x->NameFormat = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";
        x->__sizeAttributeValue = 1;
        x->saml2__AttributeValue = (char **)soap_malloc(soap, sizeof(char *));
        *x->saml2__AttributeValue = (char *)attributi[i][1];
        elenco->__union_AttributeStatementType[i].saml2__Attribute = x;
    }
    s->__size_AssertionType = 2;
    s->__union_AssertionType = soap_new___saml2__union_AssertionType(soap, 2);
    s->__union_AssertionType[0].saml2__AuthnStatement = accesso;
    s->__union_AssertionType[1].saml2__AttributeStatement = elenco;

    firma_asserzione(soap, s, chi, alg);
    return s;
}

/* The whole header: the plugin signs while gSOAP sends, here it only learns with what. */
static void firma(struct soap *soap, const struct identita *chi, int alg)
{
    struct saml2__AssertionType *s = asserzione(soap, chi, alg);
    /* The signature just made stays in the assertion only: the header gets one of its own. */
    soap_wsse_delete_Security(soap);
    soap_wsse_add_Security(soap)->saml2__Assertion = s;
    if (soap_wsse_add_Timestamp(soap, "TS-1", VALIDITA)
        || soap_wsse_add_BinarySecurityTokenX509(soap, "X509-1", chi->certificato)
        || soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#X509-1")
        || soap_wsse_sign_body(soap, alg, chi->chiave, 0)
        /* gSOAP would sign every element with a wsu:Id: only these two count. */
        || soap_wsse_sign_only(soap, "TS-1 Body"))
        muori("la firma non si prepara");
}

/* What a proxy that "tidies" messages does: the text changes after it was signed. */
static int (*spedisci)(struct soap *, const char *, size_t);
static int spedisci_alterato(struct soap *soap, const char *dati, size_t lungo)
{
    const char segno[] = "<idOperazioneComune>";
    char *copia = (char *)soap_malloc(soap, lungo);
    memcpy(copia, dati, lungo);
    char *qui = (char *)memmem(copia, lungo, segno, sizeof segno - 1);
    if (qui)
        qui[sizeof segno - 1] = '9';
    return spedisci(soap, copia, lungo);
}

static char *leggi(struct soap *soap, const char *file, int *lungo)
{
    FILE *f = fopen(file, "rb");
    if (!f)
        muori(file);
    fseek(f, 0, SEEK_END);
    *lungo = (int)ftell(f);
    rewind(f);
    char *dati = (char *)soap_malloc(soap, *lungo);
    if (fread(dati, 1, *lungo, f) != (size_t)*lungo)
        muori(file);
    fclose(f);
    return dati;
}

int main(int argc, char **argv)
{
    int sha256 = 0, altera = 0;
    char *file = NULL;
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--sha256"))
            sha256 = 1;
        else if (!strcmp(argv[i], "--altera"))
            altera = 1;
        else
            file = argv[i];
    }
    const char *operazione = argc > 1 ? argv[1] : "TEST";
    struct identita chi = apri(ambiente("ANPR_P12"), ambiente("ANPR_PASSWORD"));

    /* Canonical: what gSOAP sends is already in exclusive C14N. */
    struct soap *soap = soap_new1(SOAP_XML_CANONICAL);
    soap_register_plugin(soap, soap_wsse);
    if (soap_ssl_client_context(soap, SOAP_SSL_DEFAULT, NULL, NULL, ambiente("ANPR_CA"), NULL, NULL))
        muori("le radici non si leggono");
    if (altera) {
        spedisci = soap->fsend;
        soap->fsend = spedisci_alterato;
    }
    firma(soap, &chi, sha256 ? SOAP_SMD_SIGN_RSA_SHA256 : SOAP_SMD_SIGN_RSA_SHA1);

    struct timeval ora;
    gettimeofday(&ora, NULL);
    char ident[32], url[256];
    snprintf(ident, sizeof ident, "%lld", (long long)ora.tv_sec * 1000 + ora.tv_usec / 1000);
    char *tipo_invio = (char *)ambiente("ANPR_TIPO_INVIO");
    const char *risposta = "", *esito = "", *errore = "";

    if (!strcmp(operazione, "TEST")) {
        snprintf(url, sizeof url, "%s/ANPRTestConn/TestConn", ambiente("ANPR_URL"));
        struct tc__tipoTestataRichiesta t = { 0 };
        t.idOperazioneComune = ident;
        t.codMittente = chi.comune;
        t.codDestinatario = "ANPR05";
        t.operazioneRichiesta = "TEST";
        t.dataOraRichiesta = soap_strdup(soap, soap_dateTime2s(soap, ora.tv_sec));
        t.tipoOperazione = "C";
        t.tipoInvio = tipo_invio;
        struct _tc__RichiestaConnessione domanda = { &t };
        struct _tc__RispostaConnessione detto;
        if (soap_call___tcw__testConn(soap, url, "", &domanda, &detto) == SOAP_OK) {
            risposta = "RispostaConnessione";
            esito = detto.testataRisposta->esitoOperazione;
        }
    } else {
        snprintf(url, sizeof url, "%s/ANPRS001ServizioSubentro/AnprServiceS001", ambiente("ANPR_URL"));
        struct voc__tipoTestataRichiesta t = { 0 };
        t.idOperazioneComune = ident;
        t.codMittente = chi.comune;
        t.codDestinatario = "ANPR05";
        t.operazioneRichiesta = "S001";
        t.dataOraRichiesta = ora.tv_sec;
        t.tipoOperazione = "C";
        t.tipoInvio = tipo_invio;
        struct _s1__RichiestaS001 domanda = { &t };
        int lungo = 0;
        domanda.fileXml.__ptr = (unsigned char *)leggi(soap, file, &lungo);
        domanda.fileXml.__size = lungo;
        domanda.nomeFile = basename(file);
        struct _s1__RispostaS001 detto;
        if (soap_call___s1w__subentroS001(soap, url, "", &domanda, &detto) == SOAP_OK) {
            if (detto.__union_RispostaS001 == SOAP_UNION__s1__union_RispostaS001_s1__rispostaOK) {
                risposta = "rispostaOK";
                esito = detto.union_RispostaS001.s1__rispostaOK->testataRisposta->esitoOperazione;
            } else {
                risposta = "rispostaKO";
                esito = detto.union_RispostaS001.s1__rispostaKO->testataRisposta->esitoOperazione;
                errore = detto.union_RispostaS001.s1__rispostaKO->listaErrori->errore->codiceErroreAnomalia;
            }
        }
    }
    if (soap->error) {
        /* A fault of ANPR comes with HTTP 500 and leaves its code and string in the context. */
        soap_set_fault(soap);
        printf("{\"operazione\":\"%s\",\"fault\":{\"codice\":\"%s\",\"testo\":\"%s\"}}\n", operazione, *soap_faultcode(soap),
               *soap_faultstring(soap));
    } else {
        printf("{\"operazione\":\"%s\",\"risposta\":\"%s\",\"esito\":\"%s\",\"errore\":\"%s\"}\n", operazione, risposta, esito,
               errore);
    }
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    EVP_PKEY_free(chi.chiave);
    X509_free(chi.certificato);
    return 0;
}
