import java.io.FileInputStream;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Probe HOST PORT NAME [CA]: connects to HOST:PORT, verifies the certificate for NAME
 * against the CA alone, or else what Java trusts here, and prints "ok" or the reason
 * why not.
 */
class Probe {
    public static void main(String[] args) throws Exception {
        var port = Integer.parseInt(args[1]);
        var plain = new Socket(args[0], port);
        try (var socket = (SSLSocket) factory(args).createSocket(plain, args[2], port, true)) {
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            System.out.println("ok");
        } catch (javax.net.ssl.SSLException e) {
            System.out.println(e);
            System.exit(1);
        }
    }

    private static SSLSocketFactory factory(String[] args) throws Exception {
        if (args.length < 4) {
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        var roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (var in = new FileInputStream(args[3])) {
            roots.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
