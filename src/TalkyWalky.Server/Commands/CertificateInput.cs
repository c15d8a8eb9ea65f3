using TalkyWalky.Pki;

namespace TalkyWalky.Server.Commands;

/// <summary>The file of a certificate that a command is given.</summary>
internal static class CertificateInput
{
    public static byte[] Read(string file) => new FileInfo(file) switch
    {
        { Exists: false } => throw new ServerException($"{file} does not exist; give the file of a certificate"),
        { Length: > CertificateFile.MaxSize } => throw new ServerException($"{file} is larger than {CertificateFile.MaxSize} bytes and can be no certificate"),
        _ => File.ReadAllBytes(file),
    };
}
