using System.DirectoryServices.Protocols;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>Sentences about what a directory refused.</summary>
internal static class Refusal
{
    /// <summary>The result code with what the server said about it.</summary>
    public static string Text(DirectoryResponse response)
    {
        var message = (response.ErrorMessage ?? "").Trim('\0', '\r', '\n', ' ');
        return message.Length > 0 ? $"{response.ResultCode}: {message}" : response.ResultCode.ToString();
    }

    public static ChangeOutcome Outcome(DirectoryResponse response, string what) => response.ResultCode switch
    {
        ResultCode.Success => new ChangeOutcome.Done(),
        ResultCode.NoSuchObject => new ChangeOutcome.Unknown(),
        _ => new ChangeOutcome.Refused(Sentence(response, what)),
    };

    public static string Sentence(DirectoryResponse response, string what) => response.ResultCode switch
    {
        ResultCode.InsufficientAccessRights => $"the service account may not {what} in the directory; give it the right, or have it done there",
        ResultCode.UndefinedAttributeType or ResultCode.ObjectClassViolation or ResultCode.NoSuchAttribute =>
            $"the schema of the directory does not let us {what} ({Text(response)})",
        _ => $"the directory refuses to {what} ({Text(response)})",
    };
}
