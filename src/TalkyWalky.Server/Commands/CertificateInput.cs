using TalkyWalky.Pki;

namespace TalkyWalky.Server.Commands;

/// <summary>The file of a certificate, or of a request for one, that a command is given.</summary>
internal static class CertificateInput
{
    public static byte[] Read(string file, string what = "certificate", int max = CertificateFile.MaxSize) => new FileInfo(file) switch
    {
        { Exists: false } => throw new ServerException($"{file} does not exist; give the file of a {what}"),
        { Length: var length } when length > max => throw new ServerException($"{file} is larger than {max} bytes and can be no {what}"),
        _ => File.ReadAllBytes(file),
    };
}
