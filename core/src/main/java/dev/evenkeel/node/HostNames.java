package dev.evenkeel.node;

import io.netty.util.NetUtil;
import io.r2dbc.postgresql.client.DefaultHostnameVerifier;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The hosts that a server's certificate is good for, compared as libpq does it. Immutable. */
final class HostNames {

    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    private final List<String> names = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();

    private HostNames() {}

    static HostNames of(X509Certificate certificate) throws CertificateParsingException {
        HostNames hosts = new HostNames();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
            if (alternative.get(0).equals(DNS)) {
                hosts.names.add(String.valueOf(alternative.get(1)));
            } else if (alternative.get(0).equals(ADDRESS)) {
                hosts.addresses.add(String.valueOf(alternative.get(1)));
            }
        }
        if (hosts.names.isEmpty() && hosts.addresses.isEmpty()) {
            hosts.addCommonName(certificate);
        }
        return hosts;
    }

    /** Only a certificate without alternative names is known by its common name. */
    private void addCommonName(X509Certificate certificate) throws CertificateParsingException {
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    names.add(String.valueOf(part.getValue()));
                }
            }
        } catch (InvalidNameException e) {
            throw new CertificateParsingException("its subject is no distinguished name", e);
        }
    }

    boolean include(String host) {
        String plain = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return isAddress(plain)
                ? addresses.stream().anyMatch(address -> sameAddress(address, plain)) || names.contains(plain)
                : names.stream().anyMatch(name -> DefaultHostnameVerifier.INSTANCE.verifyHostName(plain, name));
    }

    private static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    private static boolean sameAddress(String one, String other) {
        try {
            // Both are literals: nothing is looked up.
            return InetAddress.getByName(one).equals(InetAddress.getByName(other));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        List<String> all = new ArrayList<>(names);
        all.addAll(addresses);
        return String.join(", ", all);
    }
}
