// SPDX-License-Identifier: GPL-3.0-or-later
// What Java thinks of the files that are handed out, for tests/integration/agreement.test.mjs: one word a line, the name of
// the file's kind, then "ok" or why not. Run from the source:
//   java --add-exports java.base/sun.security.pkcs=ALL-UNNAMED tests/support/Agree.java FOLDER SECONDS
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sun.security.pkcs.PKCS7;

public class Agree {
    interface Check { void run() throws Exception; }

    static Path folder;
    static Date now;
    static CertificateFactory factory;

    static byte[] read(String name) throws Exception { return Files.readAllBytes(folder.resolve(name)); }

    static List<X509Certificate> certificates(String name) throws Exception {
        List<X509Certificate> list = new ArrayList<>();
        for (var one : factory.generateCertificates(new ByteArrayInputStream(read(name)))) list.add((X509Certificate) one);
        return list;
    }

    static void must(boolean holds, String what) throws Exception {
        if (!holds) throw new Exception(what);
    }

    static void check(String name, Check check) {
        try {
            check.run();
            System.out.println(name + " ok");
        } catch (Throwable error) {
            System.out.println(name + " " + error);
        }
    }

    static void validate(List<X509Certificate> path, byte[] answer) throws Exception {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate root : certificates("roots.pem")) anchors.add(new TrustAnchor(root, null));
        PKIXParameters parameters = new PKIXParameters(anchors);
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        parameters.setDate(now);
        parameters.setRevocationEnabled(false);
        if (answer != null) {
            PKIXRevocationChecker revocation = (PKIXRevocationChecker) validator.getRevocationChecker();
            revocation.setOptions(EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
            revocation.setOcspResponses(Map.of(path.get(0), answer));
            parameters.addCertPathChecker(revocation);
        }
        validator.validate(factory.generateCertPath(path), parameters);
    }

    // The chain as it was handed out, without the root, which is the anchor.
    static List<X509Certificate> path(String leaf) throws Exception {
        List<X509Certificate> path = certificates(leaf);
        for (X509Certificate above : certificates("chain.pem"))
            if (!above.getSubjectX500Principal().equals(above.getIssuerX500Principal())) path.add(above);
        return path;
    }

    static void signed(String signature, String content) throws Exception {
        PKCS7 message = new PKCS7(read(signature));
        byte[] words = content == null ? null : read(content);
        var signers = words == null ? message.verify() : message.verify(words);
        must(signers != null && signers.length == 1, "no signer");
    }

    // For the reason that was expected: its words hold `why`.
    static void refused(String why, Check check) throws Exception {
        String told = null;
        try {
            check.run();
        } catch (Exception refusal) {
            told = refusal + " " + refusal.getCause();
        }
        must(told != null && told.contains(why), told == null ? "accepted" : told);
    }

    public static void main(String[] words) throws Exception {
        folder = Path.of(words[0]);
        now = new Date(Long.parseLong(words[1]) * 1000);
        factory = CertificateFactory.getInstance("X.509");
        X509Certificate leaf = certificates("leaf.pem").get(0), issuer = certificates("chain.pem").get(0);
        X509CRL list = (X509CRL) factory.generateCRL(new ByteArrayInputStream(read("list.crl")));
        check("certificate", () -> validate(path("leaf.pem"), null));
        check("der", () -> must(certificates("leaf.der").get(0).equals(leaf), "another one"));
        check("bundle", () -> must(new HashSet<>(certificates("issuer.p7b")).equals(new HashSet<>(certificates("chain.pem"))), "other ones"));
        check("crl", () -> {
            list.verify(issuer.getPublicKey());
            must(list.getRevokedCertificate(certificates("revoked.pem").get(0)) != null, "not in it");
            must(!list.isRevoked(leaf), "in it");
        });
        check("good", () -> validate(path("leaf.pem"), read("good.ocsp")));
        check("revoked", () -> refused("Revoked", () -> validate(path("revoked.pem"), read("revoked.ocsp"))));
        check("request", () -> new sun.security.pkcs10.PKCS10(read("request.der")));
        check("countersignature", () -> signed("term.p7s", "term.pdf"));
        check("countersignature-of-other-bytes", () -> refused("no signer", () -> signed("term.p7s", "leaf.der")));
        check("manifest", () -> signed("manifest.p7s", "manifest.json"));
        check("export", () -> signed("export.p7s", "export.json"));
        check("statement", () -> signed("statement.p7s", null));
        check("verification", () -> signed("verification.p7s", null));
        check("roster", () -> signed("roster.p7s", null));
        check("agents", () -> must(((X509CRL) factory.generateCRL(new ByteArrayInputStream(read("agents.crl")))).getNextUpdate().after(now), "over"));
        check("term", () -> {
            Signature holder = Signature.getInstance("SHA256withRSA");
            holder.initVerify(certificates("holder.pem").get(0));
            holder.update(read("term.message"));
            must(holder.verify(read("term.sig")), "it does not hold");
        });
    }
}
