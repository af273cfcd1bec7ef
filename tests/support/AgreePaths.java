// SPDX-License-Identifier: GPL-3.0-or-later
// What Java thinks of the path of each product (tests/integration/products.test.mjs), in one machine for all: PKIX under the
// root of its own chain alone, with the CRLs beside it and no other source. A line for each: the product, then for its
// certificate "ok" or why not, for the same under the other roots, and for the one that was revoked.
//   java tests/support/AgreePaths.java FOLDER SECONDS
// FOLDER holds roots.pem, before/ and after/ with CRLs, and PRODUCT.leaf, PRODUCT.chain, PRODUCT.revoked in PEM.
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

public class AgreePaths {
    static Path folder;
    static Date now;
    static CertificateFactory factory;

    static List<X509Certificate> certificates(String name) throws Exception {
        List<X509Certificate> list = new ArrayList<>();
        for (var one : factory.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(name))))) list.add((X509Certificate) one);
        return list;
    }

    static List<CRL> lists(String name) throws Exception {
        List<CRL> lists = new ArrayList<>();
        try (var files = Files.list(folder.resolve(name))) {
            for (Path file : files.toList()) lists.add(factory.generateCRL(new ByteArrayInputStream(Files.readAllBytes(file))));
        }
        return lists;
    }

    static String judge(List<X509Certificate> path, Set<X509Certificate> roots, List<CRL> lists) {
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            for (X509Certificate root : roots) anchors.add(new TrustAnchor(root, null));
            PKIXParameters parameters = new PKIXParameters(anchors);
            CertPathValidator validator = CertPathValidator.getInstance("PKIX");
            parameters.setDate(now);
            parameters.setRevocationEnabled(true);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            PKIXRevocationChecker revocation = (PKIXRevocationChecker) validator.getRevocationChecker();
            revocation.setOptions(EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(revocation);
            validator.validate(factory.generateCertPath(path), parameters);
            return "ok";
        } catch (CertPathValidatorException refusal) {
            return refusal.getReason().toString();
        } catch (Exception error) {
            return error.toString().replace(' ', '_');
        }
    }

    static boolean isRoot(X509Certificate one) {
        return one.getSubjectX500Principal().equals(one.getIssuerX500Principal());
    }

    static List<X509Certificate> path(X509Certificate leaf, List<X509Certificate> chain) {
        List<X509Certificate> path = new ArrayList<>(List.of(leaf));
        for (X509Certificate above : chain) if (!isRoot(above)) path.add(above);
        return path;
    }

    public static void main(String[] words) throws Exception {
        folder = Path.of(words[0]);
        now = new Date(Long.parseLong(words[1]) * 1000);
        factory = CertificateFactory.getInstance("X.509");
        Set<X509Certificate> roots = new HashSet<>(certificates("roots.pem"));
        List<CRL> before = lists("before"), after = lists("after");
        List<String> products;
        try (var files = Files.list(folder)) {
            products = files.map((file) -> file.getFileName().toString()).filter((name) -> name.endsWith(".leaf"))
                .map((name) -> name.replace(".leaf", "")).sorted().toList();
        }
        for (String product : products) {
            List<X509Certificate> chain = certificates(product + ".chain");
            X509Certificate root = chain.get(chain.size() - 1);
            Set<X509Certificate> others = new HashSet<>(roots);
            others.remove(root);
            List<X509Certificate> leaf = path(certificates(product + ".leaf").get(0), chain);
            List<X509Certificate> revoked = path(certificates(product + ".revoked").get(0), chain);
            System.out.println(product + " " + (roots.contains(root) ? judge(leaf, Set.of(root), before) : "no-root") + " "
                + judge(leaf, others, before) + " " + judge(revoked, Set.of(root), after));
        }
    }
}
