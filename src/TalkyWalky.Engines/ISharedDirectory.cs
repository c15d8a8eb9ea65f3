using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>A directory that others change too: it is watched, and shows what it may to other software.</summary>
public interface ISharedDirectory : IDirectory
{
    /// <summary>
    /// Something that moves whenever anything in the directory changed, whatever it is; null when the directory cannot say. Cheap: it is asked every few seconds.
    /// </summary>
    Task<string?> ChangeMarkAsync(CancellationToken cancellation);

    /// <summary>
    /// Puts a person's certificates (DER) where other software looks for them (RFC 4523 userCertificate;binary), and takes away those of <paramref name="isOurs"/> that are
    /// not among them. What others put there stays.
    /// </summary>
    Task<ChangeOutcome> PublishCertificatesAsync(
        UserId user, IReadOnlyCollection<byte[]> certificates, Func<ReadOnlyMemory<byte>, bool> isOurs, CancellationToken cancellation);
}
