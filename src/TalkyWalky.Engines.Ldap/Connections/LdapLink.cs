using System.DirectoryServices.Protocols;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Engines.Ldap.Entries;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>One connection to one server. Used by one thread at a time; every call blocks, at most for <see cref="LdapOptions.Timeout"/>.</summary>
internal sealed class LdapLink : IDisposable
{
    private const int TlsDemand = 2, Tls12 = 0x303;

    // Private there, but its type is public, and all of our calls beside that library need it.
    private static readonly FieldInfo? HandleField = typeof(LdapConnection).GetField("_ldapHandle", BindingFlags.Instance | BindingFlags.NonPublic);

    // As OpenSSL finds them; Debian, Red Hat, SUSE, Alpine.
    private static readonly string?[] SystemAuthorities =
        [Environment.GetEnvironmentVariable("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

    private readonly LdapOptions _options;
    private readonly LdapConnection _connection;
    private readonly SafeHandle _handle;
    private int _socket;
    private bool _isBroken;

    private LdapLink(Uri server, LdapOptions options)
    {
        (Server, _options) = (server, options);
        _connection = new LdapConnection(new LdapDirectoryIdentifier(HostOf(server), ServerAddress.PortOf(server)))
        {
            AuthType = AuthType.Basic,
            AutoBind = false,
        };
        _connection.SessionOptions.ProtocolVersion = 3;
        _connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
        _handle = HandleField?.GetValue(_connection) as SafeHandle
            ?? throw new EngineException("this server came with another System.DirectoryServices.Protocols than it was built for; install it anew, as a whole");
    }

    public Uri Server { get; }

    /// <summary>What the server says about itself (RFC 4512 §5.1), read when the connection was made.</summary>
    public LdapEntry RootDse { get; private set; } = null!;

    /// <summary>Connects, with TLS as configured. Nobody is bound yet.</summary>
    public static LdapLink Open(Uri server, LdapOptions options)
    {
        var link = Create(server, options);
        try
        {
            link.Limit();
            link.Connect();
            link.RootDse = link.ReadRootDse();
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    public BindReply Bind(string dn, string password)
    {
        if (_isBroken) throw Broken("the connection broke before", null);
        var octets = Encoding.UTF8.GetBytes(password);
        try
        {
            return LibLdap.Bind(_handle, dn, octets, PasswordPolicy.Control, _options.Timeout) ?? throw Broken("the bind got no answer", null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    /// <summary>The answer, whatever its result code.</summary>
    public TResponse Send<TResponse>(DirectoryRequest request) where TResponse : DirectoryResponse
    {
        // libldap would connect again on its own, without TLS and as nobody.
        if (_isBroken) throw Broken("the connection broke before", null);
        DirectoryResponse response;
        // The library's own limit does not hold: it hands 32-bit numbers to ldap_result, which reads 64-bit ones.
        using var deadline = new Deadline(_socket, _options.Timeout);
        try
        {
            response = _connection.SendRequest(request);
        }
        catch (DirectoryOperationException e) when (e.Response is not null)
        {
            response = e.Response;
        }
        catch (Exception e) when (e is LdapException or DirectoryOperationException or ObjectDisposedException)
        {
            throw Broken(deadline.IsPast ? $"no answer in {_options.Timeout.TotalSeconds:0.#} s" : "a request got no answer", e);
        }

        if (response.ResultCode is ResultCode.Busy or ResultCode.Unavailable) throw Broken($"the server is {response.ResultCode}", null);
        return (TResponse)response;
    }

    /// <summary>Asks for the root DSE again: throws when the connection broke meanwhile.</summary>
    public void Prove() => ReadRootDse();

    public void Dispose() => _connection.Dispose();

    private static LdapLink Create(Uri server, LdapOptions options)
    {
        try
        {
            return new LdapLink(server, options);
        }
        catch (TypeInitializationException e) when (e.InnerException is DllNotFoundException)
        {
            throw NoLibrary(e);
        }
        catch (DllNotFoundException e)
        {
            throw NoLibrary(e);
        }
    }

    // The system's ldap.conf and LDAPTLS_* may say otherwise, so all that matters is set here.
    private void Limit()
    {
        // A signal that comes while libldap waits, as the runtime and ended child processes send them, is not the end of the connection.
        LibLdap.SetNumber(_handle, LibLdapOption.Restart, 1);
        LibLdap.SetTime(_handle, LibLdapOption.NetworkTimeout, _options.Timeout);
        LibLdap.SetTime(_handle, LibLdapOption.Timeout, _options.Timeout);
        LibLdap.SetNumber(_handle, LibLdapOption.TlsRequireCertificate, TlsDemand);
        LibLdap.SetNumber(_handle, LibLdapOption.TlsProtocolMinimum, Tls12);
        LibLdap.SetText(_handle, LibLdapOption.TlsCaFile, TrustedFile());
        LibLdap.SetText(_handle, LibLdapOption.TlsCaDirectory, "");
        LibLdap.SetNumber(_handle, LibLdapOption.TlsNewContext, 0);
    }

    private string TrustedFile()
    {
        if (_options.CaFile is { } file) return File.Exists(file) ? file : throw new EngineException($"the certificates in {file} are not there; check directory.caFile");
        return SystemAuthorities.FirstOrDefault(File.Exists)
            ?? throw new EngineException("this system's own certificate authorities are not where they usually are; name a file with the directory's in directory.caFile");
    }

    // Not by the library: it would connect with its first request, where nothing limits the TLS handshake.
    private void Connect()
    {
        LibLdap.SetText(_handle, LibLdapOption.Uri, $"ldap://{HostOf(Server)}:{ServerAddress.PortOf(Server)}");
        if (!LibLdap.Connect(_handle)) throw Broken("no connection", null);
        _socket = LibLdap.SocketOf(_handle);
        var isTls = ServerAddress.IsTls(Server);
        if (!isTls && !_options.StartTls) return;
        using var deadline = new Deadline(_socket, _options.Timeout);
        if (!isTls && !LibLdap.StartTls(_handle, _options.Timeout)) throw Broken("it does not start TLS", null);
        if (!LibLdap.InstallTls(_handle)) throw Broken("TLS fails", null);
    }

    private LdapEntry ReadRootDse()
    {
        var response = Send<SearchResponse>(new SearchRequest("", "(objectClass=*)", SearchScope.Base, "*", "+"));
        return response.Entries.Count == 1 ? new LdapEntry(response.Entries[0]) : throw Broken($"the server does not show its root DSE ({response.ResultCode})", null);
    }

    private LinkException Broken(string what, Exception? inner)
    {
        _isBroken = true;
        var details = inner?.Message ?? LibLdap.LastMessage(_handle);
        var message = $"{Server.GetLeftPart(UriPartial.Authority)}: {what}{(details.Length > 0 ? $" ({details.Trim()})" : "")}";
        return inner is null ? new LinkException(message) : new LinkException(message, inner);
    }

    // libldap checks the certificate of "localhost" against the machine's own name.
    private static string HostOf(Uri server) => string.Equals(server.Host, "localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" : server.Host;

    private static EngineException NoLibrary(Exception inner) => new("libldap is not installed on this machine; on Debian or Ubuntu: apt install libldap-2.5-0", inner);
}
