using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Engines.Embedded.Directory;

/// <summary>PBKDF2-SHA256 (RFC 8018) off the caller's thread, one at a time for each core: a flood of log-ins waits here and leaves the rest alone.</summary>
internal sealed class PasswordHasher(int iterations) : IDisposable
{
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>Stands in for the salt of a name that does not exist, so that its answer takes as long.</summary>
    private readonly byte[] _noSalt = RandomNumberGenerator.GetBytes(PasswordHash.Size);

    public int Iterations => iterations;

    public Task<PasswordHash> MakeAsync(string password, CancellationToken cancellation) =>
        MakeAsync(password, RandomNumberGenerator.GetBytes(PasswordHash.Size), iterations, cancellation);

    /// <summary>The same work for null.</summary>
    public async Task<bool> VerifyAsync(string password, PasswordHash? expected, CancellationToken cancellation)
    {
        var made = await MakeAsync(password, expected?.Salt ?? _noSalt, expected?.Iterations ?? iterations, cancellation);
        return CryptographicOperations.FixedTimeEquals(made.Hash, expected?.Hash ?? new byte[PasswordHash.Size]) && expected is not null;
    }

    public void Dispose() => _cores.Dispose();

    private async Task<PasswordHash> MakeAsync(string password, byte[] salt, int rounds, CancellationToken cancellation)
    {
        await _cores.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => new PasswordHash(salt, Derive(password, salt, rounds), rounds), cancellation);
        }
        finally
        {
            _cores.Release();
        }
    }

    private static byte[] Derive(string password, byte[] salt, int rounds)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, rounds, HashAlgorithmName.SHA256, PasswordHash.Size);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}

internal sealed record PasswordHash(byte[] Salt, byte[] Hash, int Iterations)
{
    public const int Size = 32;

    public override string ToString() => nameof(PasswordHash);
}
