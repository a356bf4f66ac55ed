<?php
/**
 * A gestionale in miniature in PHP.
 *
 *   php client.php TEST [--sha256] [--altera]
 *   php client.php S001 FILE.gz [--sha256]
 *
 * Settings are in the environment (see ../prepara.sh); XMLSECLIBS is the file that loads xmlseclibs (with composer:
 * vendor/autoload.php). Prints one JSON object.
 */

declare(strict_types=1);

require getenv('XMLSECLIBS') ?: __DIR__ . '/vendor/autoload.php';
require __DIR__ . '/AnprSoapClient.php';

/** What a proxy that "tidies" messages does: the text changes after it was signed. */
final class AnprSoapClientAlterato extends AnprSoapClient
{
    public function firmata(string $busta): string
    {
        return preg_replace('/<idOperazioneComune>\d/', '<idOperazioneComune>9', parent::firmata($busta));
    }
}

$opzioni = array_filter($argv, fn($a) => str_starts_with($a, '--'));
[, $operazione, $file] = array_values(array_diff($argv, $opzioni)) + [2 => null];
$percorso = ['TEST' => '/ANPRTestConn/TestConn', 'S001' => '/ANPRS001ServizioSubentro/AnprServiceS001'][$operazione];
$classe = in_array('--altera', $opzioni, true) ? AnprSoapClientAlterato::class : AnprSoapClient::class;
$identita = new Identita(getenv('ANPR_P12'), getenv('ANPR_PASSWORD'));

$client = new $classe(
    getenv('ANPR_URL') . "$percorso?wsdl",
    [
        // The trust store: the simulator's roots, for the WSDL and for the calls alike.
        'stream_context' => stream_context_create(['ssl' => ['cafile' => getenv('ANPR_CA'), 'verify_peer' => true]]),
        'cache_wsdl' => WSDL_CACHE_NONE,
        'exceptions' => true,
    ],
    $identita,
    getenv('ANPR_OPERATORE'),
    in_array('--sha256', $opzioni, true),
);

$richiesta = ['testataRichiesta' => [
    'idOperazioneComune' => (string) (int) (microtime(true) * 1000),
    'codMittente' => $identita->comune,
    'codDestinatario' => 'ANPR05',
    'operazioneRichiesta' => $operazione,
    'dataOraRichiesta' => gmdate('Y-m-d\TH:i:s'),
    'tipoOperazione' => 'C',
    'tipoInvio' => getenv('ANPR_TIPO_INVIO'),
]];

$esito = ['operazione' => $operazione];
try {
    if ($operazione === 'TEST') {
        $esito += ['risposta' => 'RispostaConnessione', 'esito' => $client->testConn($richiesta)->testataRisposta->esitoOperazione];
    } else {
        // ext-soap encodes xs:base64Binary by itself.
        $richiesta += ['nomeFile' => basename($file), 'fileXml' => file_get_contents($file)];
        $risposta = $client->subentroS001($richiesta);
        $nome = isset($risposta->rispostaOK) ? 'rispostaOK' : 'rispostaKO';
        $esito += [
            'risposta' => $nome,
            'esito' => $risposta->$nome->testataRisposta->esitoOperazione,
            'errori' => $risposta->$nome->listaErrori ?? null,
        ];
    }
} catch (SoapFault $e) {
    if (!str_ends_with((string) $e->faultcode, ':Client')) {
        throw $e;
    }
    $esito['fault'] = ['codice' => $e->faultcode, 'testo' => $e->faultstring];
}
echo json_encode($esito, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
