using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Bench;

/// <summary>What the authority costs: certificates with audit trail and store, OCSP answers, CRLs. Processor time of this process, over all its threads, and time by the clock.</summary>
internal sealed class AuthorityBenchmark(int certificates) : IDisposable
{
    private const int Crls = 20;

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"talkywalky-authority-{Guid.NewGuid():n}"));

    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        using var authority = CertificateAuthority.Initialise(Path.Combine(_folder.FullName, "ca"), "Example", "example.org", "a passphrase to measure", GeneratedKeys.Instance, time.GetUtcNow());
        await using var engines = await EmbeddedEngines.OpenAsync(
            Path.Combine(_folder.FullName, "server.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1000), time, cancellation);
        using var trail = new AuditTrail(Path.Combine(_folder.FullName, "audit.log"), time);
        using var log = await TransparencyLog.OpenAsync(authority, _folder.FullName, engines.Store, engines.Log, time, NullLogger.Instance, cancellation);
        using var service = new AuthorityService(
            new AuthorityOptions(RegistrationPolicy.Open, TimeSpan.FromDays(30), 10), authority, log, trail, engines.Directory, engines.Store, engines.Broker, DeviceCallbacks.None, time,
            NullLoggerFactory.Instance);
        var issuance = new Issuance(authority, engines.Store, log, trail, time);
        var account = ((AddOutcome.Added)await engines.Directory.AddAsync(new NewAccount("ada", "a password to measure", "Ada", Mail: null), cancellation)).Account;
        using var key = RSA.Create(3072);
        var device = await engines.Store.AddDeviceAsync(account.User, Wire.Digest.Sha256(key.ExportSubjectPublicKeyInfo()), firstMayEnter: true, time.GetUtcNow(), cancellation);
        var serials = new List<string>(certificates);

        async Task IssueAsync()
        {
            var token = authority.Prepare(DeviceKeyUse.Identity, account.Username, account.User, device.Device, key, time.GetUtcNow());
            var cause = new IssuanceCause(CertificateKind.Identity, Actor.Device(device.Device), "measured") { Device = device, Username = account.Username };
            serials.Add((await issuance.IssueAsync(token, cause, cancellation)).Serial);
        }

        async Task<byte[]> AnswerAsync(int n) => await service.AnswerOcspAsync(
            OcspRequest.Encode(OcspCertificateId.For(authority.IssuingCertificate, SerialOf(serials[n % serials.Count]), OcspHash.Sha1), nonce: null), cancellation);

        await IssueAsync();
        // Makes the responder's key, and shows that what is measured is an answer.
        if (OcspResponses.Verify(await AnswerAsync(0), authority.IssuingCertificate, SerialOf(serials[0]), nonce: null, time.GetUtcNow()) is not OcspVerification.Answered { Status: OcspStatus.Good })
            throw new InvalidOperationException("the responder does not answer");
        var lines = new List<string>
        {
            await MeasureAsync("certificates, one after the other", certificates, _ => IssueAsync()),
            await MeasureAsync("OCSP answers, one after the other", certificates, AnswerAsync),
        };
        foreach (var serial in serials) await engines.Store.RevokeCertificateAsync(serial, System.Security.Cryptography.X509Certificates.X509RevocationReason.Superseded, time.GetUtcNow(), cancellation);
        lines.Add(await MeasureAsync($"CRLs with {serials.Count} entries", Crls, async n =>
        {
            var content = await engines.Store.NextCrlAsync(authority.IssuingKeyHash, time.GetUtcNow(), cancellation);
            authority.Newest.SignCrl(
                content.Number, time.GetUtcNow(), time.GetUtcNow().AddHours(1),
                content.Revocations.Select(static one => new RevokedCertificate(SerialOf(one.Serial), one.RevokedAt, one.Reason)));
        }));
        return string.Join('\n', lines);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static BigInteger SerialOf(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static async Task<string> MeasureAsync(string what, int count, Func<int, Task> act)
    {
        using var process = Process.GetCurrentProcess();
        var (before, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
        for (var n = 0; n < count; n++) await act(n);
        clock.Stop();
        process.Refresh();
        var each = (process.TotalProcessorTime - before) / count;
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {each.TotalMilliseconds:0.00} ms of processor time each, {count / clock.Elapsed.TotalSeconds:0} a second by the clock");
    }
}
